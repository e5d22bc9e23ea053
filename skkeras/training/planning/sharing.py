"""Which fits share a program although they differ in shape."""

from skkeras.training.hyperparameters.widths import hidden_widths, leaves_zeros
from skkeras.training.planning.planner import Planner, SharedKey
from skkeras.training.planning.signature import (
    OnlyOne,
    architecture,
    compilation,
    data_key,
)


def share_programs(jobs, groups, known):
    """Merge groups of jobs that differ in shape alone.

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
    list of (key, shape, numbers)
        `shape` is that of the program, None where it is the jobs' own.
    """
    known, shareable = list(known), [k for k in known if isinstance(k, SharedKey)]
    planner = Planner(jobs, shareable, is_search=len(groups) > 1)
    own, alike, shared = [], {}, {}
    for key, numbers in groups.items():
        job = jobs[numbers[0]]
        if key in known or isinstance(key, OnlyOne) or not _may_share(job):
            own.append((key, None, numbers))
        else:
            choices = planner.offer(key, job)
            common = job.batch_size, _any_shape(job, choices)
            alike.setdefault(common, []).append((key, numbers))
    # Large batches first: their programs may do for smaller ones, too.
    for (_, any_shape), parts in sorted(alike.items(), key=_batch_size, reverse=True):
        for key, planned in planner.plan(any_shape, parts):
            if key is None:
                own += [(signature, None, numbers) for signature, numbers in planned]
            else:
                numbers = [number for _, numbers in planned for number in numbers]
                shared.setdefault(key, []).extend(numbers)
    merged = [(key, key.shape, sorted(numbers)) for key, numbers in shared.items()]
    return own + merged


def _may_share(job):
    model = job.model
    return leaves_zeros(model.optimizer) and hidden_widths(model) is not None


def _any_shape(job, choices):
    """Return what the signature of a perceptron has beside its shape."""
    model, (_, *compiled_with) = job.model, choices
    layers = architecture(model, (0,) * len(hidden_widths(model)), "any")
    compiled = compilation(model, *("any" if own else None for own in compiled_with))
    return layers, compiled, *data_key(job, 0)


def _batch_size(entry):
    (batch_size, _), _ = entry
    return batch_size
