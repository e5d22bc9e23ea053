"""Programs for populations of several sizes, and which a population should take."""

import math

from skkeras.training.audit.steps import provers
from skkeras.training.program.devices import ONE_DEVICE
from skkeras.training.program.program import Program, tracing
from skkeras.training.routing.cost import COMPILING

# What fewer members gain by a thread of their own they lose by fusing less.
_LEAST_SHARE = 5
_STEP = 3e-5  # seconds of a step, however few members it has
# Sizes of populations that programs are compiled for.
_CAPACITIES = (*range(1, 7), 8, 10, 12, 16, 20, 25, 32, 40, 50, 64, 80, 100, 128)


class ProgramsBySize:
    """Programs for one way of cutting rows into batches, one a number of members.

    Parameters
    ----------
    template : Template
    layouts : tuple of (Layout, Layout or None)
        Of training and of held-out rows.
    devices : Devices, default=ONE_DEVICE
        Those that a program may be divided over.

    Attributes
    ----------
    lengths : tuple of set of int
        Lengths of training and of held-out arrays that programs were compiled for.
    too_small : set of int
        Capacities that no population may shrink to.
    witnesses : int
        Fits whose steps were not those of a program.
    not_fusable : str or None
        Why members of these programs can only be compiled alone, where that was found.
    """

    def __init__(self, template, layouts, devices=ONE_DEVICE):
        self.template, self.layouts, self.devices = template, layouts, devices
        self.not_fusable, self.too_small, self.witnesses = None, set(), 0
        self.lengths = tuple(set() for _ in layouts)
        self._programs = {}
        self._promised = set()  # capacities of programs that someone is to prove
        self._planned = set()  # capacities of programs that may be yet to come
        self._spent = {}  # seconds, by the capacity that had no program of its own

    def capacity(self, members):
        """Return the size of the program that should train this many members.

        One that exists and is not too large is better than one yet to be compiled.
        """
        divisible = self.devices.divisible
        fits = [divisible(c) for c in _CAPACITIES if c >= members]
        if not fits:
            return divisible(-(-members // 32) * 32)
        ready = [c for c in fits if c in self._programs and c <= 1.3 * members]
        return min(ready, default=fits[0])

    def share(self, members, threads, epochs, steps, most=math.inf):
        """Return how many members to train in a population.

        Those of a program that exists or is planned, where running it with more or
        fewer members than would be best takes less time than compiling another.

        Parameters
        ----------
        members : int
            Those that wait.
        threads : int
            Populations that may train at a time.
        epochs : int
            Those that each trains.
        steps : int
            Of an epoch.
        most : int, default=math.inf
            Members that there is memory for; more are not planned with.
        """
        parts = max(1, min(threads, members // _LEAST_SHARE))
        wanted = self.capacity(-(-members // parts))
        known = self._planned.union(self._programs)
        if wanted in known or members == 1:
            return wanted
        least, spent = min(members, _LEAST_SHARE), self._spent.get(wanted, 0.0)
        seconds = {}
        for capacity in (c for c in known if c >= least):
            rounds = -(-members // (capacity * threads))
            longer, saved = self._costs(capacity, wanted, rounds, epochs, steps)
            if spent + longer <= saved:
                seconds[capacity] = longer
        chosen = min(seconds, key=seconds.get, default=wanted)
        self._spent[wanted] = spent + seconds.get(chosen, 0.0)
        if chosen <= most:
            self._planned.add(chosen)
        return chosen

    def _costs(self, capacity, wanted, rounds, epochs, steps):
        """Return the seconds another capacity takes longer, and those of compiling."""
        program = self._programs.get(capacity)
        if program is not None and program.epoch_seconds:
            one_round = epochs * program.epoch_seconds
            return one_round * (rounds - wanted / capacity), program.compile_seconds
        if capacity > wanted:
            return math.inf, COMPILING
        return (rounds - 1) * epochs * steps * _STEP, COMPILING

    def provers(self, members, least_capacity):
        """Return the members that must have models before they are trained.

        Parameters
        ----------
        members : list of Member
            Of one population.
        least_capacity : int or None
            Of its program.
        """
        capacity = self.capacity(max(len(members), least_capacity or 1))
        is_promised = capacity in self._promised
        self._promised.add(capacity)
        return provers(members, is_promised)

    def forget_promises(self):
        """Let the next fits prove what those that were to have not proven."""
        self._promised = {
            capacity
            for capacity, program in self._programs.items()
            if program.is_proven and capacity in self._promised
        }

    def should_shrink(self, capacity, members, epochs):
        """Return whether a smaller program pays for the epochs that are left."""
        smaller = self.capacity(members)
        if smaller > 0.7 * capacity or smaller in self.too_small:
            return False
        if smaller in self._programs:
            return True
        current = self._programs[capacity]
        saving = epochs * current.epoch_seconds * 0.5 * (1 - smaller / capacity)
        return saving > current.compile_seconds

    def program(self, capacity):
        """Return the program for a number of members, traced when first asked for."""
        with tracing:
            if capacity not in self._programs:
                self._programs[capacity] = Program(
                    self.template, capacity, *self.layouts, self.devices.of(capacity)
                )
            return self._programs[capacity]
