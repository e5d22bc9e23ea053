"""Telling rounding from a difference.

Two ways to compute the same may differ by what rounding does to it, and how much that
is depends on the computation: a gradient that is zero but for rounding becomes a step
of full length under Adam. It is measured where it matters, by how far the results move
when what goes in moves by its last digits (Monte Carlo arithmetic: D. S. Parker, UCLA
CSD-970002, 1997).
"""

from itertools import pairwise

import numpy as np

from skkeras.training.keras_internals.models import layers_of

_UNITS = 400  # of rounding, that the sums of a step of a small net may be off by
_MOST = 0.1  # of a step, however coarse the numbers
TIMES = 16  # what nudges move a result by
_NUDGES = 8  # at most: a sign may not turn in the first
_UNIT_OF = {
    "float64": 2.0**-24,  # as float32: Keras's scalars are no finer
    "float32": 2.0**-24,
    "float16": 2.0**-11,
    "bfloat16": 2.0**-8,
}


def first_difference(path, found, again, unit):
    """Return where results differ by more than rounding.

    Parameters
    ----------
    path : list of dict of str to ndarray
        What was there before, and what the reference made of it in each step.
    found : dict of str to ndarray
        What is compared with the end of the path.
    again : callable
        Gives the reference's path where a `Nudge` has moved what goes in.
    unit : float
        Relative rounding of a single operation.

    Returns
    -------
    (str, float) or None
        A name, and by how much its numbers differ.
    """
    expected = path[-1]
    apart = {name: _distance(value, found[name]) for name, value in expected.items()}
    bound = {name: _bound([step[name] for step in path], unit) for name in expected}
    large = [name for name in expected if apart[name] > bound[name]]
    moves = _moves_by_nudges(path, again, unit) if large else ()
    for move in moves:
        for name in large:
            bound[name] = max(bound[name], TIMES * move[name])
        large = [name for name in large if apart[name] > bound[name]]
        if not large:
            return None
    return (large[0], apart[large[0]]) if large else None


def _bound(path, unit):
    """Return by how much rounding may move the largest numbers of an array."""
    if not np.issubdtype(path[-1].dtype, np.inexact):
        return 0.0
    path = [array.astype(float) for array in path]
    with np.errstate(invalid="ignore", over="ignore"):
        steps = max(_largest(after - before) for before, after in pairwise(path))
    share = min(_UNITS * unit, _MOST)
    return share * steps + 8 * 2.0**-24 * max(map(_largest, path))


def _distance(a, b):
    """Return the largest difference of two arrays, infinity if one alone is finite."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    with np.errstate(invalid="ignore"):
        apart = np.where(same, 0.0, np.abs(a - b))
    return float(np.nan_to_num(apart, nan=np.inf, posinf=np.inf).max(initial=0.0))


def _largest(array):
    return float(np.abs(array[np.isfinite(array)]).max(initial=0.0))


def _moves_by_nudges(path, again, unit):
    """Yield by how much each result moves otherwise when what goes in is nudged."""
    nudge, way = Nudge(unit), _way(path)
    for _ in range(_NUDGES):
        other = _way(again(nudge))
        yield {name: _distance(value, other[name]) for name, value in way.items()}


class Nudge:
    """Moves numbers as rounding might.

    Parameters
    ----------
    unit : float
        Relative rounding of a single operation.
    """

    def __init__(self, unit):
        self._size, self._rng = 4 * unit, np.random.default_rng(0)

    def weights(self, values):
        """Return weights with other last digits.

        Those of zero move, too: what stands at the kink of a relu falls to a side.
        """
        change = self._change(values)
        with np.errstate(invalid="ignore", over="ignore"):
            moved = np.where(values == 0, change, values * (1 + change))
        return moved.astype(values.dtype)

    def gradients(self, arrays):
        """Return gradients that are off by the rounding of the largest of them all.

        What is summed up in one may be as large as another, and cancel; an optimizer
        may make a whole step of what is left.
        """
        most = max(map(_largest, arrays), default=0.0)
        return [(a + self._change(a) * most).astype(a.dtype) for a in arrays]

    def constant(self, value):
        """Return a number of an optimizer's that is off by its last digits.

        ``1 - beta_2**step`` loses most of them.
        """
        return float(value * (1 + self._change(np.asarray(value))))

    def _change(self, values):
        return self._size * self._rng.choice([-1.0, 1.0], size=values.shape)


def _way(path):
    """Return how far each result is from where it began."""
    first, last = path[0], path[-1]
    with np.errstate(invalid="ignore", over="ignore"):
        return {
            name: np.asarray(last[name], float) - np.asarray(first[name], float)
            for name in last
        }


def largest_move(path, others, name):
    """Return by how much a result moves at most from one way to others.

    Parameters
    ----------
    path : list of dict of str to ndarray
        As in `first_difference`.
    others : list of such lists
    name : str
        Of the result.
    """
    way = _way(path)[name]
    return max(_distance(way, _way(other)[name]) for other in others)


def rounding_unit(model):
    """Return the rounding unit of the coarsest type that a model computes in.

    Parameters
    ----------
    model : keras.Model

    Returns
    -------
    float
    """
    types = {layer.compute_dtype for layer in layers_of(model)} & _UNIT_OF.keys()
    return max((_UNIT_OF[name] for name in types), default=_UNIT_OF["float32"])
