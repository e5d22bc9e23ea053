"""Which fits share a program although they differ in hyperparameters."""

from skkeras.training.hyperparameters.catalogue import own_values
from skkeras.training.planning.planner import Fits, Planner, SharedKey
from skkeras.training.planning.signature import OnlyOne, signature


def share_programs(jobs, groups, known):
    """Merge groups of jobs that differ in hyperparameters of their programs alone.

    A larger program than needed costs arithmetic; it is used where that takes less
    time than compiling does.

    Parameters
    ----------
    jobs : list of Job
    groups : dict of signature to list of int
        Numbers of the jobs of each signature.
    known : list of tuple
        Keys of the programs there are.

    Returns
    -------
    list of (key, covers, numbers)
        `covers` is what the program covers, None where it is the jobs' own values.
    """
    known, shareable = list(known), [k for k in known if isinstance(k, SharedKey)]
    own, alike, shared = [], {}, {}
    for key, numbers in groups.items():
        job = jobs[numbers[0]]
        is_only = len(jobs) == 1 or isinstance(key, OnlyOne)
        values = {} if is_only or key in known else own_values(job)
        if values:
            common = signature(job, tuple(values)), tuple(each.name for each in values)
            fits = Fits(key, [jobs[number] for number in numbers], numbers, values)
            alike.setdefault(common, []).append(fits)
        else:
            own.append((key, None, numbers))
    everyone = [fits for some in alike.values() for fits in some]
    planner = Planner(everyone, shareable, is_search=len(groups) > 1)
    for common, some in alike.items():
        for key, planned in planner.plan(common, some):
            if key is None:
                own += [(fits.signature, None, fits.numbers) for fits in planned]
            else:
                numbers = [number for fits in planned for number in fits.numbers]
                shared.setdefault(key, []).extend(numbers)
    merged = [(key, key.covers, sorted(numbers)) for key, numbers in shared.items()]
    return own + merged
