"""A model's last layer and loss: what they are, and whether they fit each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import keras

from skkeras.estimators.keras_internals import built_shapes, output_layer
from skkeras.heads import (
    CATEGORICAL_CROSSENTROPIES,
    CATEGORICAL_MARGINS,
    CROSSENTROPIES,
    HINGES,
    MEAN_LOSSES,
    SPARSE_CROSSENTROPIES,
    check_one_target,
    from_logits,
    loss_name,
    quantiles_of,
)


@dataclass(frozen=True)
class Head:
    """What a compiled model with one output predicts.

    Parameters
    ----------
    loss : str or None
        Canonical name of the loss; None for one that is not Keras's own.
    takes_logits : bool
        Whether the loss takes unnormalised outputs.
    units : int
        Columns of the output.
    activation : str or None
        Activation of the last layer; None where it cannot be told.
    quantiles : tuple of float
        Those that the loss asks for, if it is of quantiles.
    """

    loss: str | None
    takes_logits: bool
    units: int
    activation: str | None
    quantiles: tuple[float, ...] = ()

    @classmethod
    def of(cls, model: keras.Model) -> Self:
        """Read the head of a built and compiled model."""
        loss = model.loss
        if isinstance(loss, list | tuple) and len(loss) == 1:
            loss = loss[0]
        return cls(
            loss=loss_name(loss),
            takes_logits=from_logits(loss),
            units=_units(model),
            activation=_last_activation(model),
            quantiles=quantiles_of(loss),
        )

    @property
    def separates_at(self) -> float:
        """Output above which a single unit, or a label's unit, predicts the class."""
        return 0.0 if self.loss in HINGES or self.takes_logits else 0.5

    @property
    def gives_probabilities(self) -> bool:
        """Whether the outputs estimate class probabilities."""
        if self.loss in CROSSENTROPIES:
            return True
        bounded = self.activation in ("sigmoid", "softmax")
        return bounded and (self.loss is None or self.loss in MEAN_LOSSES)

    @property
    def gives_margin(self) -> bool:
        """Whether the outputs are signed distances from the decision."""
        return self.loss in HINGES | CATEGORICAL_MARGINS or self.takes_logits


def declared_outputs(model: keras.Model) -> list[keras.KerasTensor]:
    """Return the symbolic outputs of a model; a subclass with a ``call`` has none.

    Parameters
    ----------
    model : keras.Model
        Built.

    Returns
    -------
    list of keras.KerasTensor
    """
    return getattr(model, "outputs", None) or []


def _units(model):
    if declared_outputs(model):
        return model.outputs[0].shape[-1]
    output = model.compute_output_spec(*_symbolic_inputs(model))
    is_one = isinstance(output, keras.KerasTensor) and len(output.shape) > 1
    return output.shape[-1] if is_one else None


def _symbolic_inputs(model):
    """Return symbolic inputs like those that a subclassed model was called with."""
    return keras.tree.map_shape_structure(
        lambda shape: keras.KerasTensor((None, *shape[1:])),
        built_shapes(model),
    )


def _last_activation(model):
    """Return the name of the activation that makes the model's only output."""
    if not declared_outputs(model):
        return None
    layer = output_layer(model)
    if isinstance(layer, keras.Sequential | keras.Model):
        return _last_activation(layer)
    if isinstance(layer, keras.layers.Softmax):
        return "softmax"
    activation = getattr(layer, "activation", None)
    return getattr(activation, "__name__", None)


def check_n_outputs(model: keras.Model, expected: int | None) -> None:
    """Raise `ValueError` for a model with other outputs than the target encoder serves.

    Parameters
    ----------
    model : keras.Model
        Built.
    expected : int or None
        Number of outputs; None where the encoder does not tell.

    Raises
    ------
    ValueError
        With both numbers.
    """
    count = len(declared_outputs(model))
    if expected and count and expected != count:
        raise ValueError(
            f"The model has {count} outputs, but the target encoder "
            f"expects {expected}: override target_encoder for several outputs."
        )


def check_classification_head(
    head: Head,
    target_type: str,
    n_classes: int,
) -> None:
    """Check that the last layer suits the classes and the loss.

    Parameters
    ----------
    head : Head
        The model's.
    target_type : {"binary", "multiclass", "multilabel-indicator"}
        Kind of the target.
    n_classes : int
        Number of classes or labels.

    Raises
    ------
    ValueError
        With what to change in the factory.
    """
    _check_single_unit_activation(head)
    _check_activation_fits_loss(head)
    if n_classes == 1 and target_type != "multilabel-indicator":
        return
    if target_type == "binary":
        _check_units(head, (1, 2), "2 classes")
    elif target_type == "multiclass":
        _check_units(head, (n_classes,), f"{n_classes} classes")
    else:
        _check_units(head, (n_classes,), f"{n_classes} labels")
    one_class_each = CATEGORICAL_CROSSENTROPIES | SPARSE_CROSSENTROPIES
    if head.units == 1 and head.loss in one_class_each | CATEGORICAL_MARGINS:
        raise ValueError(
            f"loss={head.loss!r} needs one output unit a class, but the model's last "
            "layer has 1 unit: use Dense(2, activation='softmax'), or "
            "loss='binary_crossentropy' with Dense(1, activation='sigmoid')."
        )
    if head.loss in SPARSE_CROSSENTROPIES and target_type == "multilabel-indicator":
        raise ValueError(
            f"loss={head.loss!r} takes class numbers, but y is a matrix of indicators: "
            "use loss='binary_crossentropy' for several labels a sample, "
            "loss='categorical_crossentropy' for one-hot rows, or pass y as class "
            "labels."
        )


def check_regression_head(head: Head, n_outputs: int) -> None:
    """Check that the units of the last layer match the targets.

    Parameters
    ----------
    head : Head
        The model's.
    n_outputs : int
        Number of targets.

    Raises
    ------
    ValueError
        With what to change in the factory.
    """
    _check_single_unit_activation(head)
    if head.quantiles:
        _check_quantiles(head, n_outputs)
    else:
        _check_units(head, (n_outputs,), f"{n_outputs} targets")


def _check_quantiles(head, n_outputs):
    check_one_target(n_outputs)
    if head.units not in (None, len(head.quantiles)):
        raise ValueError(
            f"The model's last layer has {head.units} "
            f"unit{'s' * (head.units != 1)}, but its loss is of {len(head.quantiles)} "
            "quantiles, which take one each."
        )


def _check_single_unit_activation(head):
    if head.units == 1 and head.activation == "softmax":
        raise ValueError(
            "The model's last layer is a softmax of 1 unit, which is 1 for every "
            "sample: use activation='sigmoid' for two classes, no activation for "
            "regression, or one unit a class."
        )


def _check_activation_fits_loss(head):
    if head.activation is None:
        return
    if head.loss in CROSSENTROPIES and not head.takes_logits:
        if head.activation in ("linear", "tanh", "relu"):
            raise ValueError(
                f"loss={head.loss!r} expects probabilities, but the model's last layer "
                f"has activation={head.activation!r}: use 'sigmoid' or 'softmax', or "
                "the loss's class with from_logits=True for a linear layer."
            )
    elif head.takes_logits and head.activation in ("sigmoid", "softmax"):
        raise ValueError(
            f"loss={head.loss!r} with from_logits=True expects unnormalised outputs, "
            f"but the model's last layer has activation={head.activation!r}: drop the "
            "activation or from_logits."
        )
    elif head.loss in HINGES and head.activation in ("sigmoid", "softmax"):
        raise ValueError(
            f"loss={head.loss!r} separates at 0, but the model's last layer has "
            f"activation={head.activation!r}, which never goes below it: use 'tanh' or "
            "no activation."
        )


def _check_units(head, expected, what):
    if head.units is not None and head.units not in expected:
        wanted = " or ".join(map(str, expected))
        raise ValueError(
            f"The model's last layer has {head.units} "
            f"unit{'s' * (head.units != 1)}, but y has {what}, which take {wanted}. "
            "A factory can size its layer with meta['n_classes_'] or "
            "meta['n_outputs_']."
        )
