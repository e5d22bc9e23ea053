"""Whether a row's part in a step is its own, whatever rows share its batch."""

import keras

from skkeras.training.batchnorm import use_real_rows
from skkeras.training.signature import is_custom


def rows_are_independent(template, predictions):
    """Tell whether a short batch may be filled up with rows that do not count.

    True where every layer, loss and metric is one of Keras's that treats rows one by
    one, or honours masks and weights. `BatchNormalization` layers are made to.
    Otherwise the last batch of an epoch must be trained at its true size.

    Parameters
    ----------
    template : Template
    predictions : nest of Tensor
        What the model gives for a sample.
    """
    model = template.model
    layers = list(model._flatten_layers(include_self=False))
    independent = (
        not is_custom(type(model))
        and all(map(_layer_is_independent, layers))
        and not any(hasattr(p, "_keras_mask") for p in keras.tree.flatten(predictions))
        and all(map(_loss_is_independent, model._compile_loss._flat_losses))
        and all(map(_metric_is_independent, _metrics(model)))
    )
    if independent:
        for layer in layers:
            if isinstance(layer, keras.layers.BatchNormalization):
                use_real_rows(layer)
    return independent


_MIXING = (
    keras.layers.ActivityRegularization,
    keras.layers.SpectralNormalization,
    keras.layers.Lambda,
)
_MIXING_LOSSES = (
    keras.losses.circle,
    keras.losses.ctc,
    keras.losses.dice,
    keras.losses.tversky,
)
_UNWEIGHTED = (keras.metrics.R2Score,)


def _metrics(model):
    return model._compile_metrics.metrics if model._compile_metrics else ()


def _layer_is_independent(layer):
    kind = type(layer)
    known = kind.__module__.startswith(("keras.src.layers.", "keras.src.models."))
    if isinstance(layer, keras.layers.BatchNormalization):
        known = known and not layer.renorm and not layer.synchronized
    regularized = getattr(layer, "activity_regularizer", None) is not None
    return known and not regularized and not isinstance(layer, _MIXING)


def _loss_is_independent(entry):
    loss = entry.loss
    function = getattr(loss, "fn", type(loss))
    known = _is_known(function) and not is_custom(type(loss))
    reduced = loss.reduction in ("sum_over_batch_size", "mean", "sum")
    return known and reduced and function not in _MIXING_LOSSES


def _metric_is_independent(metric):
    function = getattr(metric, "_fn", type(metric))
    known = _is_known(function) and not is_custom(type(metric))
    return known and function not in _MIXING_LOSSES and type(metric) not in _UNWEIGHTED


def _is_known(definition):
    """Tell whether a function or class is Keras's, or stands in for one."""
    own = definition.__module__.startswith("skkeras.training.")
    return own or not is_custom(definition)
