"""Which fits share a program although their hidden layers differ in width."""

from skkeras.training.signature import signature
from skkeras.training.widths import common_widths, fits_in, hidden_widths


def share_programs(jobs, groups, known):
    """Merge groups of jobs that differ in hidden widths alone.

    A group keeps the program it has, or gets its own where no other group could share
    it: a program wider than needed costs arithmetic.

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
        widths = hidden_widths(jobs[numbers[0]].model)
        if widths is None or key in known:
            shared.append((key, None, numbers))
        else:
            any_width = signature(jobs[numbers[0]], (0,) * len(widths))
            alike.setdefault(any_width, []).append((key, numbers))
    for any_width, parts in alike.items():
        models = [jobs[numbers[0]].model for _, numbers in parts]
        widths = _known_widths(any_width, models, known)
        if widths is None and len(parts) > 1:
            widths = common_widths(models)
        if widths is None:
            shared += [(key, None, numbers) for key, numbers in parts]
        else:
            together = sorted(number for _, numbers in parts for number in numbers)
            shared.append(((any_width, widths), widths, together))
    return shared


def _known_widths(any_width, models, known):
    """Return the least widths of a program there is that all models fit in."""
    programs = [key[1] for key in known if key[0] == any_width and len(key) == 2]
    wide_enough = [w for w in programs if all(fits_in(model, w) for model in models)]
    return min(wide_enough, default=None)
