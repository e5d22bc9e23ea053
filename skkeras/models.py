"""Ready-made model factories, for ``model=`` of the estimators and for searches."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any

from skkeras.heads import (
    classification_head,
    default_loss,
    quantiles_of,
    regression_head,
)
from skkeras.spelling import nearest

if TYPE_CHECKING:
    import keras


def create_mlp(
    meta: Mapping[str, Any],
    compile_kwargs: Mapping[str, Any] | None = None,
    *,
    hidden_layer_sizes: Sequence[int] = (64, 64),
    activation: str | Callable[..., Any] = "relu",
    dropout: float = 0.0,
    l2: float = 0.0,
    batch_normalization: bool = False,
) -> keras.Sequential:
    """Build a multilayer perceptron whose head fits the target and the loss.

    A factory for ``KerasClassifier(model=create_mlp, model__hidden_layer_sizes=...)``
    and what :class:`~skkeras.KerasMLPClassifier` and
    :class:`~skkeras.KerasMLPRegressor` build. Each hidden layer is Dense, then batch
    normalization where asked for, the activation, and dropout where asked for.

    Parameters
    ----------
    meta : dict
        What the estimator learnt from the data: ``n_features_in_`` (or ``X_shape_``),
        ``target_type_``, and ``n_classes_`` or ``n_outputs_``.
    compile_kwargs : dict, default=None
        Arguments of ``Model.compile``; a missing ``loss`` becomes the target's usual
        one. With None the model is returned uncompiled.
    hidden_layer_sizes : tuple of int, default=(64, 64)
        Units of each hidden layer; ``()`` gives a linear model.
    activation : str or callable, default="relu"
        Activation of the hidden layers, as Keras names it.
    dropout : float in [0, 1), default=0.0
        Share of each hidden layer's outputs set to zero in training (Srivastava et al.,
        J. Mach. Learn. Res. 15, 2014).
    l2 : float, default=0.0
        Factor of the sum of squared kernel weights added to the loss.
    batch_normalization : bool, default=False
        Whether to normalise each hidden layer over the batch before its activation
        (Ioffe and Szegedy, ICML 2015).

    Returns
    -------
    keras.Sequential
        Its layers are called ``hidden_1``, ``hidden_2``, ... and ``output``; with He's
        initialisation for the relu family and Glorot's otherwise. After them
        ``quantiles`` keeps what :class:`~skkeras.losses.MultiQuantileLoss` is of in
        order.

    Raises
    ------
    ValueError
        When the activation is unknown, or the loss cannot fit the target.

    Examples
    --------
    >>> from skkeras import KerasClassifier
    >>> from skkeras.models import create_mlp
    >>> KerasClassifier(create_mlp, model__hidden_layer_sizes=(12, 8), loss="hinge")
    ... # doctest: +SKIP
    """
    import keras

    _check_sizes(hidden_layer_sizes)
    compile_kwargs = dict(compile_kwargs or {})
    loss = compile_kwargs.get("loss")
    if loss is None:
        loss = compile_kwargs["loss"] = default_loss(meta["target_type_"])
    # Listed first and stacked at once: `Sequential.add` builds the model each time.
    layers = [keras.Input((meta["n_features_in_"],))]
    regularizer = keras.regularizers.L2(l2) if l2 else None
    function = _activation(activation)
    # TensorFlow makes a variable several times faster under a name it has seen, so one
    # model's are called like those of the next; only the finished model is numbered.
    for i, units in enumerate(hidden_layer_sizes, 1):
        layers.append(
            keras.layers.Dense(
                units,
                # A layer less to build, where nothing comes between.
                activation=None if batch_normalization else function,
                kernel_initializer=kernel_initializer(activation),
                kernel_regularizer=regularizer,
                name=f"hidden_{i}",
            )
        )
        if batch_normalization:
            name = f"batch_normalization_{i}"
            layers.append(keras.layers.BatchNormalization(name=name))
            layers.append(keras.layers.Activation(function, name=f"activation_{i}"))
        if dropout:
            layers.append(keras.layers.Dropout(dropout, name=f"dropout_{i}"))
    units, head_activation = _head(meta, loss)
    layers.append(
        keras.layers.Dense(
            units,
            activation=head_activation,
            kernel_regularizer=regularizer,
            name="output",
        )
    )
    if len(quantiles_of(loss)) > 1:
        from skkeras.layers import NonCrossingQuantiles

        layers.append(NonCrossingQuantiles(name="quantiles"))
    model = keras.Sequential(layers, name="sequential")
    model.name = f"sequential_{keras.backend.get_uid('sequential')}"
    if "optimizer" in compile_kwargs:
        model.compile(**compile_kwargs)
    return model


def _check_sizes(sizes):
    if not all(isinstance(n, Integral) and n >= 1 for n in sizes):
        raise ValueError(
            f"hidden_layer_sizes must hold integers of at least 1, got {sizes!r}."
        )


def _head(meta, loss):
    if meta.get("n_classes_") is not None:
        return classification_head(meta["target_type_"], meta["n_classes_"], loss)
    return regression_head(meta["n_outputs_"], loss)


def _activation(name):
    import keras

    if not isinstance(name, str):
        return name
    try:
        return keras.activations.get(name)
    except ValueError:
        known = [n for n in dir(keras.activations) if not n.startswith("_")]
        raise ValueError(
            f"activation={name!r} is no activation of Keras.{nearest(name, known)}"
        ) from None


def kernel_initializer(activation: str | Callable[..., Any]) -> str:
    """Return the initialisation of a layer's weights that suits its activation.

    Parameters
    ----------
    activation : str or callable
        Of the layer.

    Returns
    -------
    str
        He's (ICCV 2015) for units that pass half their input, Glorot's otherwise.
    """
    rectifiers = {"relu", "leaky_relu", "elu", "gelu", "silu", "swish", "relu6", "mish"}
    return "he_normal" if activation in rectifiers else "glorot_uniform"


__all__ = ["create_mlp"]
