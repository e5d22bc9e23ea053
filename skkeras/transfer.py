"""Weights from one model to another, by the names of the layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from skkeras.spelling import nearest

if TYPE_CHECKING:
    import keras


def copy_weights(
    source: keras.Model,
    target: keras.Model,
    *,
    layers: Sequence[str] | None = None,
    freeze: bool = False,
) -> list[str]:
    """Copy the weights of layers from one model to another that has the same ones.

    For a model factory that starts from what another fit has learnt. Pass it the
    trained model itself, ``KerasClassifier(create_model, pretrained=other.model_)``:
    scikit-learn's ``clone``, and so every cross-validation, makes estimators unfitted
    but copies models with their weights.

    Parameters
    ----------
    source : keras.Model
        A trained model.
    target : keras.Model
        A built model; it changes in place.
    layers : sequence of str, default=None
        Names of the layers to copy. When None, those with weights that both have.
    freeze : bool, default=False
        Whether training leaves the copied layers as they are. Compile the model after
        this, as the estimators do.

    Returns
    -------
    list of str
        Names of the layers that were copied.

    Raises
    ------
    ValueError
        When a layer is missing, its weights differ in shape, or none is shared.

    Examples
    --------
    >>> import keras
    >>> from skkeras.transfer import copy_weights
    >>> def create_model(units):
    ...     return keras.Sequential([
    ...         keras.Input((4,)),
    ...         keras.layers.Dense(8, name="features"),
    ...         keras.layers.Dense(units, name=f"head_{units}"),
    ...     ])
    >>> copy_weights(create_model(3), create_model(1), freeze=True)
    ['features']
    """
    sources = {layer.name: layer for layer in source.layers if layer.weights}
    targets = {layer.name: layer for layer in target.layers if layer.weights}
    if layers is None:
        layers = [name for name in targets if name in sources]
    if not layers:
        raise ValueError(
            f"The models share no layer name: {list(sources)} and {list(targets)}. "
            "Name the layers, as in Dense(8, name='features')."
        )
    for name in layers:
        _copy_layer(name, sources, targets)
        if freeze:
            targets[name].trainable = False
    return list(layers)


def _copy_layer(name, sources, targets):
    for which, known in (("source", sources), ("target", targets)):
        if name not in known:
            raise ValueError(
                f"The {which} has no layer named {name!r} with weights: it has "
                f"{list(known)}.{nearest(name, known)}"
            )
    weights = sources[name].get_weights()
    given = [tuple(w.shape) for w in weights]
    wanted = [tuple(w.shape) for w in targets[name].get_weights()]
    if given != wanted:
        raise ValueError(
            f"The weights of layer {name!r} have the shapes {given} in the source but "
            f"{wanted} in the target."
        )
    targets[name].set_weights(weights)


__all__ = ["copy_weights"]
