"""Whether rows have the shape that the model's inputs ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras

from skkeras.estimators.keras_internals import inputs_by_key

if TYPE_CHECKING:
    from skkeras.training import Arrays


def check_layout(model: keras.Model, x: Arrays) -> None:
    """Check that the shape of the rows suits the model; the error tells what would.

    Parameters
    ----------
    model : keras.Model
        Models that declare no input shape take any.
    x : ndarray, list or dict of ndarray
        A row or more, encoded.

    Raises
    ------
    ValueError
        With the shapes, and the likely cause.
    """
    inputs = _declared_inputs(model)
    if not inputs:
        return
    names = list(inputs)
    if isinstance(x, dict):
        _check_input_names(names, x)
        x = [x[name] for name in names]
    arrays = keras.tree.flatten(x)
    if len(arrays) != len(inputs):
        raise ValueError(
            f"The model has {len(inputs)} inputs ({', '.join(names)}), but X is "
            f"{len(arrays)} array{'s' * (len(arrays) != 1)}: give it a dict of arrays "
            "by input name, as skkeras.preprocessing.ColumnInputs makes one from the "
            "columns of a table."
        )
    for name, tensor, array in zip(names, inputs.values(), arrays, strict=True):
        if not _fits(tuple(array.shape[1:]), tuple(tensor.shape[1:])):
            raise ValueError(_misfit(name, array.shape[1:], tuple(tensor.shape[1:])))


def _declared_inputs(model):
    """Return the symbolic inputs by the names that Keras looks them up by."""
    by_key = inputs_by_key(model)
    if by_key is not None:
        return by_key
    return {tensor.name: tensor for tensor in getattr(model, "inputs", None) or []}


def _check_input_names(names, x):
    if missing := [name for name in names if name not in x]:
        raise ValueError(
            f"X has no array for the model's input {missing[0]!r}: its inputs are "
            f"{names}, the arrays {list(x)}. Name the layer, as in keras.Input(shape, "
            "name=...), like the array."
        )


def _fits(given, wanted):
    # Keras adds or drops a last axis of length 1 by itself.
    if len(given) == len(wanted) + 1 and given[-1] == 1:
        given = given[:-1]
    elif len(given) == len(wanted) - 1 and wanted[-1] == 1:
        given = (*given, 1)
    return len(given) == len(wanted) and all(
        b is None or a == b for a, b in zip(given, wanted, strict=True)
    )


def _misfit(name, given, wanted):
    return (
        f"X has rows of shape {given}, but the model's input {name!r} takes rows of "
        f"shape {wanted}.{_advice(given, wanted)}"
    )


def _advice(given, wanted):
    if len(given) == len(wanted) >= 2:
        if _fits((*given[1:], given[0]), wanted):
            return (
                " The channels are first in X and last in the model: use "
                "np.moveaxis(X, 1, -1)."
            )
        if _fits((given[-1], *given[:-1]), wanted):
            return (
                " The channels are last in X and first in the model: use "
                "np.moveaxis(X, -1, 1), or layers with "
                "data_format='channels_last'."
            )
    if len(given) == 1 and None not in wanted:
        length = 1
        for axis in wanted:
            length *= axis
        if length == given[0]:
            return f" Use X.reshape(-1, {', '.join(map(str, wanted))})."
    return " A factory can read the shape from meta['X_shape_'][1:]."
