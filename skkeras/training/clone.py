"""Models of the same configuration, with weights of their own."""

import keras

from skkeras.training.eligibility import Ineligible
from skkeras.training.signature import custom_objects
from skkeras.training.widened import widened


def clone(model, widths=None):
    """Return a new model of the same configuration, with other weights.

    Hidden layers have the units that `widths` says, if it is given.

    No global random state is read: seeds that the configuration leaves open are 0.
    """
    try:
        with keras.saving.custom_object_scope(custom_objects(model)):
            config = _with_seeds(model.get_config())
            if widths is not None:
                config = widened(config, widths)
            return _from_config(type(model), config)
    except Exception as error:
        reason = str(error).strip().split("\n")[0]
        raise Ineligible(f"the model cannot be cloned: {reason}") from error


def _from_config(kind, config):
    if kind is not keras.Sequential or "build_input_shape" not in config:
        return kind.from_config(config)
    # Sequential.from_config builds the model anew with each layer it adds.
    layers = [keras.saving.deserialize_keras_object(c) for c in config["layers"]]
    return keras.Sequential(layers, name=config["name"])


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
    compiled = original._compile_config.config
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

    def copy(value):
        if isinstance(value, (keras.losses.Loss, keras.metrics.Metric)):
            return type(value).from_config(value.get_config())
        return value

    if isinstance(compiled, dict):
        return {name: _without_state(value) for name, value in compiled.items()}
    if isinstance(compiled, (list, tuple)):
        return type(compiled)(map(_without_state, compiled))
    return copy(compiled)


def _with_seeds(node):
    if isinstance(node, dict):
        return {
            key: 0 if key == "seed" and value is None else _with_seeds(value)
            for key, value in node.items()
        }
    if isinstance(node, (list, tuple)):
        return type(node)(map(_with_seeds, node))
    return node
