"""Which programs would train some jobs."""

from typing import NamedTuple

from skkeras.training.planning.sharing import share_programs
from skkeras.training.planning.signature import signature


class Covered(NamedTuple):
    """What a program covers; empty where it has what its jobs have."""

    widths: tuple
    batch_size: int | tuple
    activations: tuple
    losses: tuple
    optimizers: tuple


def plan(jobs, known=()):
    """Return (covered, numbers of jobs) of the programs that would train jobs."""
    groups = {}
    for number, each in enumerate(jobs):
        groups.setdefault(signature(each), []).append(number)
    planned = share_programs(jobs, groups, list(known))
    return [(covered_by(covers), numbers) for _, covers, numbers in planned]


def covered_by(covers):
    """Return what covers say, hidden widths alone; None where there are none."""
    if covers is None:
        return None
    names = ("batch_size", "activation", "loss", "optimizer")
    sizes = covers.get("widths", ())
    return Covered(sizes[1:-1], *(covers.get(name, ()) for name in names))
