"""Which programs would train some jobs."""

from skkeras.training.planning.sharing import share_programs
from skkeras.training.planning.signature import signature


def plan(jobs, known=()):
    """Return (shape, numbers of jobs) of the programs that would train jobs."""
    groups = {}
    for number, each in enumerate(jobs):
        groups.setdefault(signature(each), []).append(number)
    planned = share_programs(jobs, groups, list(known))
    return [(shape, numbers) for _, shape, numbers in planned]
