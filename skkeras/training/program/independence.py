"""Whether a row's part in a step is its own, whatever rows share its batch."""

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

    A few rows take a step of training as they are, and filled up with others; then the
    others, filled up with them, so that the largest and the smallest number of each
    kind is once among those that do not count. Nothing that a step leaves behind may
    differ, neither gradients nor state nor metrics; else each batch must have its true
    size.

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
    try:
        return all(
            _agree(_step(template, some), _step(template, some, filler))
            for some, filler in ((few, others), (others, few))
        )
    except (Ineligible, tf.errors.InvalidArgumentError, TypeError, ValueError):
        return False  # A batch must have a certain size, say: tracing tells.


def _part(rows, which):
    return tree.map_structure(lambda a: None if a is None else a[which], rows)


def _step(template, rows, filler=None):
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
    state = [tf.convert_to_tensor(variable.value) for variable in template.state]
    if template.drawing_at is not None:
        state[template.drawing_at] = tf.constant(False)
    metrics = initial_metrics(template)
    batch = Batch(x, y, weight, valid)
    return [
        [np.asarray(dense(value)) for value in part if value is not None]
        for part in gradient_step(template, state, metrics, batch)
    ]


def _agree(parts, others):
    return all(map(_are_close, parts, others))


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
