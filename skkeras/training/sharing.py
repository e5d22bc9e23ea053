"""Which fits share a program although hidden widths or batch sizes differ."""

from typing import NamedTuple

from skkeras.training.cache import LeastRecentlyUsed
from skkeras.training.independence import draws_random_numbers, rows_are_independent
from skkeras.training.rows import n_rows
from skkeras.training.signature import signature
from skkeras.training.widths import (
    common_widths,
    fits_in,
    hidden_widths,
    leaves_zeros,
    n_weights,
)

_COMPILING = 1.0  # seconds
_ARITHMETIC = 3e10  # operations a second
_spent = LeastRecentlyUsed(1024)  # seconds, by what had no program of its own
_OPERATIONS = 6  # for a weight and a row: two forward, four for the gradients


class Shape(NamedTuple):
    """What models of a shared program may have less of.

    Parameters
    ----------
    widths : tuple of int
        Units of the program's hidden layers.
    batch_size : int
        Rows of its batches: smaller ones are filled up with rows that do not count.
    """

    widths: tuple
    batch_size: int


class SharedKey(NamedTuple):
    """Key of a program for models of any shape up to its own.

    Parameters
    ----------
    any_shape : tuple
        What the signatures of the models have in common.
    shape : Shape
        Of the program.
    """

    any_shape: tuple
    shape: Shape


def share_programs(jobs, groups, known):
    """Merge groups of jobs that differ in hidden widths or batch sizes alone.

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
    own, alike, shared = [], {}, {}
    for key, numbers in groups.items():
        job = jobs[numbers[0]]
        widths = hidden_widths(job.model) if leaves_zeros(job.model.optimizer) else None
        if widths is None or key in known:
            own.append((key, None, numbers))
        else:
            any_shape = signature(job, Shape((0,) * len(widths), 0))
            alike.setdefault((job.batch_size, any_shape), []).append((key, numbers))
    keys, is_search = [k for k in known if isinstance(k, SharedKey)], len(groups) > 1
    # Large batches first: their programs may do for smaller ones, too.
    for (_, any_shape), parts in sorted(alike.items(), key=_batch_size, reverse=True):
        together = [number for _, numbers in parts for number in numbers]
        shapes = [key.shape for key in keys if key.any_shape == any_shape]
        members = [jobs[number] for number in together]
        shape = _shape(any_shape, members, shapes, len(parts), is_search)
        if shape is None:
            own += [(key, None, numbers) for key, numbers in parts]
        else:
            key = SharedKey(any_shape, shape)
            keys.append(key)
            shared.setdefault(key, []).extend(together)
    merged = [(key, key.shape, sorted(numbers)) for key, numbers in shared.items()]
    return own + merged


def _batch_size(entry):
    (batch_size, _), _ = entry
    return batch_size


def _shape(any_shape, jobs, known, n_programs, is_search):
    """Return the shape to share a program of, or None for programs of their own.

    Parameters
    ----------
    any_shape : tuple
        What the jobs' signatures have in common.
    jobs : list of Job
        Of one batch size, that could share a program.
    known : list of Shape
        Those that there are programs of.
    n_programs : int
        Programs needed if none is shared.
    is_search : bool
        Whether other architectures are trained beside these, as in a search: what
        comes next may then fit in, too.
    """
    if len(jobs) == 1 and not is_search:
        return None
    there = {
        shape: _extra_seconds(jobs, shape) for shape in known if _holds(shape, jobs)
    }
    for shape in sorted(there, key=there.get):
        if _spend(any_shape, jobs, there[shape], n_programs * _COMPILING):
            return shape
    saved = n_programs - 1 or 0.5 * is_search
    for widths in common_widths([job.model for job in jobs]):
        shape = Shape(widths, jobs[0].batch_size)
        extra = _extra_seconds(jobs, shape)
        if _spend(any_shape, jobs, extra, saved * _COMPILING):
            return shape
    return None


def _holds(shape, jobs):
    """Tell whether a program of this shape can train jobs of one batch size."""
    batch_size, model = jobs[0].batch_size, jobs[0].model
    if not all(fits_in(job.model, shape.widths) for job in jobs):
        return False
    return batch_size == shape.batch_size or (
        batch_size < shape.batch_size
        and rows_are_independent(model)
        and not draws_random_numbers(model)
    )


def _spend(any_shape, jobs, extra, seconds):
    """Tell whether a larger shape costs less than compiling; it is saved only once."""
    spent = _spent.get(
        (any_shape, jobs[0].batch_size, *map(_own_widths, jobs)), lambda: [0.0]
    )
    if spent[0] + extra >= seconds:
        return False
    spent[0] += extra
    return True


def _own_widths(job):
    return hidden_widths(job.model)


def _extra_seconds(jobs, shape):
    """Estimate what the arithmetic of a larger shape takes."""
    weights = sum(
        (
            n_weights(job.model, shape.widths) * shape.batch_size / job.batch_size
            - n_weights(job.model, _own_widths(job))
        )
        * n_rows((job.x,))
        * (job.epochs - job.initial_epoch)
        for job in jobs
    )
    return _OPERATIONS * weights / _ARITHMETIC
