"""Whether a row's part in a step is its own, whatever rows share its batch."""

import types

import keras

from skkeras.training.signature import is_custom


def rows_are_independent(model):
    """Tell whether a batch may be filled up with rows that do not count.

    True where every layer, loss and metric is one of Keras's that treats rows one by
    one, or honours masks and weights. Otherwise each batch must have its true size.

    Parameters
    ----------
    model : keras.Model
        Compiled; its losses and metrics need not be built.
    """
    layers = model._flatten_layers(include_self=False)
    return (
        not is_custom(type(model))
        and all(map(_layer_is_independent, layers))
        and _compiled_rows_are_independent(model)
    )


def draws_random_numbers(model):
    """Tell whether a layer owns a seed generator: its draws depend on a batch's size.

    Parameters
    ----------
    model : keras.Model
        Built.
    """
    return any("seed_generator_state" in v.path for v in model.non_trainable_variables)


def _compiled_rows_are_independent(model):
    config = model._compile_config.config
    metrics = _given(config, "metrics", "weighted_metrics")
    # What these names stand for depends on the loss; all of it treats rows one by one.
    metrics = [m for m in metrics if m not in ("accuracy", "acc", "crossentropy", "ce")]
    try:
        losses = [keras.losses.get(loss) for loss in _given(config, "loss")]
        metrics = [keras.metrics.get(metric) for metric in metrics]
    except (TypeError, ValueError):
        return False  # Keras will say what it does not know when it builds them.
    return all(map(_loss_is_independent, losses)) and all(
        map(_metric_is_independent, metrics)
    )


def _given(config, *names):
    """Return what a model was compiled with under some names, as one list."""
    values = keras.tree.flatten([config[name] for name in names])
    return [value for value in values if value is not None]


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


def _layer_is_independent(layer):
    kind = type(layer)
    known = kind.__module__.startswith(("keras.src.layers.", "keras.src.models."))
    if isinstance(layer, keras.layers.BatchNormalization):
        known = known and not layer.renorm and not layer.synchronized
    regularized = getattr(layer, "activity_regularizer", None) is not None
    return known and not regularized and not isinstance(layer, _MIXING)


def _loss_is_independent(loss):
    reduction = getattr(loss, "reduction", "sum_over_batch_size")
    reduced = reduction in ("sum_over_batch_size", "mean", "sum")
    return reduced and _treats_rows_apart(loss, "fn")


def _metric_is_independent(metric):
    return _treats_rows_apart(metric, "_fn") and type(metric) not in _UNWEIGHTED


def _treats_rows_apart(measure, name):
    """Tell it of a loss or metric, which may be a function or wrap one."""
    if isinstance(measure, types.FunctionType):
        function = measure
    else:
        function = getattr(measure, name, type(measure))
        if is_custom(type(measure)):
            return False
    return not is_custom(function) and function not in _MIXING_LOSSES
