"""The arrays of a fit's state, wherever they lie.

A `keras.Variable` is a slot as it is. Others are a value that no variable has yet
(`Held`), numbers that training does not change (`Constant`), a part of a larger array
(`Padded`) and the parts of a vector (`VectorParts`).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, Protocol

import numpy as np


class Slot(Protocol):
    """One array of a fit's state."""

    def numpy(self) -> np.ndarray:
        """Return the array in the shape that a program takes."""

    def assign(self, value: np.ndarray) -> None:
        """Take such an array, or what of it belongs to the fit."""


class Held:
    """A value in place of a variable that does not exist yet.

    Parameters
    ----------
    value : ndarray
    """

    def __init__(self, value: np.ndarray) -> None:
        self._value = value

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the value."""
        return self._value.shape

    def numpy(self) -> np.ndarray:
        """Return the value."""
        return self._value

    def assign(self, value: np.ndarray) -> None:
        """Replace the value."""
        self._value = np.array(value)  # not a view of all members' values


class Constant:
    """A fit's own numbers that training does not change.

    Parameters
    ----------
    values : ndarray
    chosen : tuple of Hashable, default=()
        What they choose, of which a program must have been seen to compute it.
    """

    def __init__(self, values: np.ndarray, chosen: tuple[Hashable, ...] = ()) -> None:
        self._values, self.chosen = values, chosen

    def numpy(self) -> np.ndarray:
        """Return the numbers."""
        return self._values

    def assign(self, value: np.ndarray) -> None:
        """Do nothing: training does not change them."""


def copies_of(variables: Sequence[Any]) -> list[np.ndarray]:
    """Return the values of variables, which do not change with them.

    Parameters
    ----------
    variables : sequence of keras.Variable

    Returns
    -------
    list of ndarray
    """
    # An array first: asked for a copy, TensorFlow's variables warn.
    return [np.array(np.asarray(variable.value)) for variable in variables]
