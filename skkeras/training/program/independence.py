"""Whether a row's part in a step is its own, whatever rows share its batch."""

from functools import partial

import numpy as np
import tensorflow as tf
from keras import tree

from skkeras.training.keras_internals.sparse_gradients import dense
from skkeras.training.program.step import Batch, gradient_step, initial_metrics
from skkeras.training.routing.eligibility import Ineligible

TRIED = 6
"""Rows that `rows_are_independent` wants, half of them to fill a batch up with."""

_ROUNDING = 2e-5  # of the largest number of its kind


def rows_are_independent(template, rows):
    """Return whether a batch may be filled up with rows that do not count.

    A few rows take a step of training filled up with others, and filled up with
    themselves; then the others do, so that the largest and the smallest number of each
    kind is once among those that do not count. Nothing that a step leaves behind may
    differ, neither gradients nor state nor metrics, not even in its last bit: what is
    little at first may grow. Then the few rows take the step as they are, with their
    losses and without, which may differ by rounding: a penalty must not count the rows
    either. Else each batch must have its true size.

    Parameters
    ----------
    template : Template
    rows : nest of ndarray
        x, y and sample_weight of up to `TRIED` rows.
    """
    if template.has_masks:
        return False
    few = _part(rows, slice(TRIED // 2))
    # The other way round: of three rows the last must not come last again.
    others = _part(rows, slice(None, -(TRIED // 2) - 1, -1))
    if _are_equal(_leaves(few), _leaves(others)):
        return False  # Rows that are all alike do not tell.
    try:
        step, alone = _in_general_position(template, few)
        filled = step(few, others)
        unweighted = [_without_losses(part) for part in (few, others)]
        return (
            _agree(_are_equal, filled, step(few, few))
            and _agree(_are_equal, step(others, few), step(others, others))
            and _agree(_are_close, alone, filled)
            and _agree(_are_close, step(unweighted[0]), step(*unweighted))
        )
    except (Ineligible, tf.errors.InvalidArgumentError, TypeError, ValueError):
        return False  # A batch must have a certain size, say: tracing tells.


def _in_general_position(template, rows):
    """Return a function that takes steps where no weight is zero, and that of the rows.

    What is zero hides how much it counts: the penalty of a layer that starts there.
    Where numbers are not finite there, the weights stay as they are.
    """
    initial = [tf.convert_to_tensor(variable.value) for variable in template.state]
    n, rng = len(template.trainable), np.random.default_rng(0)
    moved = [_moved(value, rng) for value in initial[:n]] + initial[n:]
    step = partial(_step, template, moved)
    found = step(rows)
    if not all(np.isfinite(value).all() for part in found for value in part):
        step = partial(_step, template, initial)
        found = step(rows)
    return step, found


def _moved(value, rng):
    array = np.asarray(value)
    change = rng.choice([-1, 1], array.shape) * rng.uniform(0.1, 0.5, array.shape)
    moved = np.where(array == 0, change, array * (1 + change))
    return tf.constant(moved, value.dtype)


def _part(rows, which):
    return tree.map_structure(lambda a: None if a is None else a[which], rows)


def _without_losses(rows):
    """Return rows whose losses do not count, so that only penalties are left."""
    x, y, _ = rows
    return x, y, tree.map_structure(_zeros, y)


def _zeros(target):
    return None if target is None else np.zeros(len(target), "float32")


def _leaves(rows):
    return [leaf for leaf in tree.flatten(rows) if leaf is not None]


def _step(template, state, rows, filler=None):
    """Return all that a step leaves behind, before the optimizer's update."""
    valid = None
    if filler is not None:
        count, more = (len(tree.flatten(part)[0]) for part in (rows, filler))
        valid = tf.constant([True] * count + [False] * more)
        rows = tree.map_structure(
            lambda *parts: None if parts[0] is None else np.concatenate(parts),
            rows,
            filler,
        )
    x, y, weight = tree.map_structure(
        lambda a: None if a is None else tf.constant(a), rows
    )
    if template.drawing_at is not None:
        state = list(state)
        state[template.drawing_at] = tf.constant(False)
    metrics = initial_metrics(template)
    batch = Batch(x, y, weight, valid)
    return [
        [np.asarray(dense(value)) for value in part if value is not None]
        for part in gradient_step(template, state, metrics, batch)
    ]


def _agree(compare, parts, others):
    return all(map(compare, parts, others))


def _are_equal(values, others):
    pairs = zip(values, others, strict=True)
    return all(np.array_equal(a, b, equal_nan=a.dtype.kind == "f") for a, b in pairs)


def _are_close(values, others):
    """Return whether lists of arrays differ by rounding of their largest number."""
    pairs = list(zip(values, others, strict=True))
    pairs = [(a.astype(float), b.astype(float)) for a, b in pairs]
    finite = [np.abs(a[np.isfinite(a)]).max(initial=0) for a, _ in pairs]
    most = max(finite, default=0.0)
    return all(
        np.allclose(a, b, rtol=_ROUNDING, atol=_ROUNDING * most, equal_nan=True)
        for a, b in pairs
    )
