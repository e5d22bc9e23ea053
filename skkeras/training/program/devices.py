"""Over how many devices a population is divided.

One device takes about as long for thirty small nets as for one, since it waits for the
next operation most of the time; `benchmarks/results/accelerator.md`, seconds of ten
epochs in the compiled loop on a GPU:

=============  =====  =====  =====  =====
members            1     10    100  1,000
=============  =====  =====  =====  =====
8-12-8-1       0.025  0.032  0.077   0.54
64-256-256-1   0.022  0.031  0.133   0.37
=============  =====  =====  =====  =====

So a second device pays where each has that many members.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import NamedTuple

LEAST_MEMBERS = 32
"""Members that each device has of a population that is divided."""


class Devices(NamedTuple):
    """Devices of one kind, on which parts of a population train at the same time.

    Parameters
    ----------
    each : tuple, default=()
        Of a name or an object for each; empty where there is only one.
    with_own_memory : bool, default=False
        Whether each has memory that the others do not use.
    """

    each: tuple[Hashable, ...] = ()
    with_own_memory: bool = False

    def count(self, members: int) -> int:
        """Return how many devices that many members are divided over."""
        return max(1, min(len(self.each), members // LEAST_MEMBERS))

    def of(self, members: int) -> tuple[Hashable, ...]:
        """Return the devices of that many members, () where one is enough."""
        count = self.count(members)
        return self.each[:count] if count > 1 else ()

    def divisible(self, members: int) -> int:
        """Return the least number from `members` on of which all devices have as many.

        Parameters
        ----------
        members : int

        Returns
        -------
        int
        """
        while members % self.count(members):
            members += 1
        return members

    def most(self, within_memory: Callable[[int], int]) -> int:
        """Return how many members memory has room for.

        Parameters
        ----------
        within_memory : callable
            From a number of devices to the members that these have room for together.

        Returns
        -------
        int
            No more than one device has room for where these are too few to be divided.
        """
        for count in range(len(self.each) if self.with_own_memory else 1, 1, -1):
            members = within_memory(count)
            if self.count(members) >= count:
                return members
        return within_memory(1)


ONE_DEVICE = Devices()
"""What is never divided."""
