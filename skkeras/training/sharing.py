"""Which fits share a program although their hidden layers differ in width."""

from typing import NamedTuple

from skkeras.training.cache import LeastRecentlyUsed
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


class SharedKey(NamedTuple):
    """Key of a program for models of any hidden widths up to some.

    Parameters
    ----------
    any_width : tuple
        What the signatures of the models have in common.
    widths : tuple of int
        Of the program's hidden layers.
    """

    any_width: tuple
    widths: tuple


def share_programs(jobs, groups, known):
    """Merge groups of jobs that differ in hidden widths alone.

    A wider program than needed costs arithmetic; it is used where that takes less
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
    list of (key, widths, numbers)
        `widths` are those of the program's hidden layers, None where the jobs' own.
    """
    shared, alike = [], {}
    for key, numbers in groups.items():
        model = jobs[numbers[0]].model
        widths = hidden_widths(model) if leaves_zeros(model.optimizer) else None
        if widths is None or key in known:
            shared.append((key, None, numbers))
        else:
            any_width = signature(jobs[numbers[0]], (0,) * len(widths))
            alike.setdefault(any_width, []).append((key, numbers))
    for any_width, parts in alike.items():
        together = sorted(number for _, numbers in parts for number in numbers)
        widths = _widths(
            any_width,
            [jobs[number] for number in together],
            [
                key.widths
                for key in known
                if isinstance(key, SharedKey) and key.any_width == any_width
            ],
            len(parts),
            is_search=len(groups) > 1,
        )
        if widths is None:
            shared += [(key, None, numbers) for key, numbers in parts]
        else:
            shared.append((SharedKey(any_width, widths), widths, together))
    return shared


def _widths(any_width, jobs, known, n_programs, is_search):
    """Return the widths to share a program at, or None for programs of their own.

    Parameters
    ----------
    any_width : tuple
        What the jobs' signatures have in common.
    jobs : list of Job
        That could share a program.
    known : list of tuple of int
        Widths that there are programs for.
    n_programs : int
        Programs needed if none is shared.
    is_search : bool
        Whether other architectures are trained beside these, as in a search: what
        comes next may then fit in, too.
    """
    models = [job.model for job in jobs]
    there = [w for w in known if all(fits_in(model, w) for model in models)]
    if len(jobs) == 1 and not is_search:
        return None
    for widths in sorted(there):
        if _spend(any_width, jobs, widths, n_programs * _COMPILING):
            return widths
    saved = n_programs - 1 or 0.5 * is_search
    for widths in common_widths(models):
        if _spend(any_width, jobs, widths, saved * _COMPILING):
            return widths
    return None


def _spend(any_width, jobs, widths, seconds):
    """Tell whether wider layers cost less than compiling; it can be saved only once."""
    spent = _spent.get((any_width, *map(_own_widths, jobs)), lambda: [0.0])
    extra = _extra_seconds(jobs, widths)
    if spent[0] + extra >= seconds:
        return False
    spent[0] += extra
    return True


def _own_widths(job):
    return hidden_widths(job.model)


def _extra_seconds(jobs, widths):
    """Estimate what the arithmetic of wider layers takes."""
    weights = sum(
        (n_weights(job.model, widths) - n_weights(job.model, _own_widths(job)))
        * n_rows((job.x,))
        * (job.epochs - job.initial_epoch)
        for job in jobs
    )
    return _OPERATIONS * weights / _ARITHMETIC
