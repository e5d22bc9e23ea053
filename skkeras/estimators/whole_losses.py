"""Copies of losses with all that was set on them, whatever their configuration says."""

from __future__ import annotations

from typing import Any

import keras


def with_whole_losses(value: Any) -> Any:
    """Replace losses, so that ``copy.deepcopy`` copies them attribute by attribute.

    It would copy a loss of Keras by its configuration, which lacks what a class of the
    user's own has beside: the copy had defaults, or the class is not found. A class
    that says itself how it is copied is left to do so.

    Parameters
    ----------
    value : object
        A parameter: a loss, or lists, tuples and dicts that hold some, or anything.

    Returns
    -------
    object
        The same, with what turns into a copy of each loss in its place.

    Examples
    --------
    >>> import copy
    >>> import keras
    >>> class Weighted(keras.losses.Loss):
    ...     def __init__(self, weight=1.0):
    ...         super().__init__()
    ...         self.weight = weight
    >>> copy.deepcopy(with_whole_losses([Weighted(3.0)]))[0].weight
    3.0
    """
    return _replaced(value, {})


def _replaced(value, known):
    """Replace losses, each by the same object wherever it is."""
    if isinstance(value, keras.Loss) and not _says_how(type(value)):
        return known.setdefault(id(value), _WholeLoss(value, known))
    if type(value) in (list, tuple):
        return type(value)(_replaced(each, known) for each in value)
    if type(value) is dict:
        return {key: _replaced(each, known) for key, each in value.items()}
    return value


def _says_how(kind):
    own = hasattr(kind, "__deepcopy__") or hasattr(kind, "__setstate__")
    return own or kind.__reduce__ is not keras.Loss.__reduce__


class _WholeLoss:
    def __init__(self, loss: keras.Loss, known: dict[int, _WholeLoss]) -> None:
        self._loss, self._known = loss, known

    def __reduce__(self):
        attributes = {k: _replaced(v, self._known) for k, v in vars(self._loss).items()}
        return object.__new__, (type(self._loss),), attributes
