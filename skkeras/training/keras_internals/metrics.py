"""Metrics of a compiled model over a batch that is filled up.

All names are of `CompileMetrics` in `keras/src/trainers/compile_utils.py`. When one
goes, batches that are filled up need metrics that honour masks.

- ``_flatten_y``: targets and predictions, one for each output.
- ``_flat_metrics``, ``_flat_weighted_metrics``: metrics, one list for each output.
"""

import keras
import tensorflow as tf


def update_metrics_of_real_rows(compiled, y, predictions, sample_weight, valid):
    """Update metrics of all outputs, with weight 0 for rows that are not real.

    Parameters
    ----------
    compiled : CompileMetrics
        From `compiled_metrics`.
    y, predictions, sample_weight : nest of Tensor
    valid : Tensor of bool, shape (batch_size,)
        Which rows are real.

    Notes
    -----
    Not every metric honours a mask; those of independent rows honour weights.
    """
    ys, outputs = compiled._flatten_y(y), compiled._flatten_y(predictions)
    real = tf.cast(valid, keras.config.floatx())
    weights = [real] * len(ys)
    if sample_weight is not None:
        given = compiled._flatten_y(sample_weight)
        given = given if len(given) == len(ys) else given * len(ys)
        weights = [_rowwise(w) * real for w in given]
    for metrics, y_true, y_pred in zip(
        compiled._flat_metrics, ys, outputs, strict=True
    ):
        if metrics:
            metrics.update_state(y_true, y_pred, real)
    for metrics, y_true, y_pred, weight in zip(
        compiled._flat_weighted_metrics, ys, outputs, weights, strict=True
    ):
        if metrics:
            metrics.update_state(y_true, y_pred, weight)


def _rowwise(weight):
    return tf.cast(tf.reshape(weight, (weight.shape[0],)), keras.config.floatx())
