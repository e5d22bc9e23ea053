"""Models of the same configuration, with weights of their own."""

import keras

from skkeras.training.hyperparameters.widened import widened
from skkeras.training.keras_internals.adopted import adopt_constants, adopt_layers
from skkeras.training.keras_internals.generators import undrawn
from skkeras.training.keras_internals.models import compile_arguments, layers_of
from skkeras.training.routing.eligibility import Ineligible, first_line
from skkeras.training.routing.own_code import custom_objects


def clone(model, x, widths=None):
    """Return a new model of the same layers, built, with other weights.

    It has what the layers of the original have beside their configuration, too, but
    shares no state with it. Seeds that the configuration leaves open are 0, and what
    layers draw as they are made moves no global generator.

    Parameters
    ----------
    model : keras.Model
        Built.
    x : nest of Tensor
        A few rows.
    widths : tuple of int, default=None
        Units of the hidden layers, where given.

    Raises
    ------
    Ineligible
        Where the configuration does not make such a model.
    """
    try:
        config = _with_seeds(model.get_config())
        if widths is not None:
            config = widened(config, widths)
        with undrawn(), keras.saving.custom_object_scope(custom_objects(model)):
            copy = _from_config(type(model), config)
            copy(x)  # a subclassed model has its weights from here on
    except Exception as error:
        reason = f"the model cannot be cloned: {first_line(error)}"
        raise Ineligible(reason) from error
    _check_variables(copy, model, has_other_shape=widths is not None)
    adopt_layers(copy, model, has_other_shape=widths is not None)
    return copy


def _from_config(kind, config):
    if kind is not keras.Sequential or "build_input_shape" not in config:
        return kind.from_config(config)
    # Sequential.from_config builds the model anew with each layer it adds.
    layers = [keras.saving.deserialize_keras_object(c) for c in config["layers"]]
    return keras.Sequential(layers, name=config["name"])


def _check_variables(copy, model, has_other_shape):
    mine, own = (
        [(None if has_other_shape else v.shape, v.dtype) for v in m.variables]
        for m in (copy, model)
    )
    layers, own_layers = (
        [type(layer) for layer in layers_of(m)] for m in (copy, model)
    )
    if mine != own or layers != own_layers:
        raise Ineligible("the model's configuration does not rebuild its layers")


def compile_like(model, original, optimizer, **options):
    """Compile a model with the losses and metrics of another, without their state.

    Parameters
    ----------
    model, original : keras.Model
    optimizer : keras.optimizers.Optimizer
        For the model alone.
    **options : dict
        Further arguments of ``Model.compile``.
    """
    compiled = compile_arguments(original)
    model.compile(
        optimizer=optimizer,
        loss=_without_state(compiled["loss"]),
        loss_weights=compiled["loss_weights"],
        metrics=_without_state(compiled["metrics"]),
        weighted_metrics=_without_state(compiled["weighted_metrics"]),
        auto_scale_loss=False,  # the optimizer is what the original has, wrapped or not
        **options,
    )


def _without_state(compiled):
    """Return a nest of losses and metrics without their state, the rest as it is."""
    if isinstance(compiled, dict):
        return {name: _without_state(value) for name, value in compiled.items()}
    if isinstance(compiled, (list, tuple)):
        return type(compiled)(map(_without_state, compiled))
    if isinstance(compiled, keras.losses.Loss):
        return _same_loss(compiled)
    if isinstance(compiled, keras.metrics.Metric):
        metric = type(compiled).from_config(compiled.get_config())
        adopt_constants(metric, compiled)
        return metric
    return compiled


def _same_loss(loss):
    """Return a loss with the same attributes, which may be changed."""
    same = object.__new__(type(loss))
    vars(same).update(vars(loss))
    return same


def _with_seeds(node):
    if isinstance(node, dict):
        return {
            key: 0 if key == "seed" and value is None else _with_seeds(value)
            for key, value in node.items()
        }
    if isinstance(node, (list, tuple)):
        return type(node)(map(_with_seeds, node))
    return node
