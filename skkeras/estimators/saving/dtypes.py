"""Types of NumPy by the names that files give them."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

_PLAIN = re.compile(r"[<>=|]?[A-Za-z?]+\d*(\[[A-Za-z0-9]+\])?")


def plain_dtype(name: Any) -> np.dtype:
    """Return the type of this name, such as ``"<f4"`` or ``"float32"``.

    Parameters
    ----------
    name : object
        From a file.

    Returns
    -------
    numpy.dtype

    Raises
    ------
    ValueError
        For compound types, which NumPy reads as a language of their own.

    Examples
    --------
    >>> plain_dtype("<f4")
    dtype('float32')
    """
    if not (isinstance(name, str) and _PLAIN.fullmatch(name)):
        raise ValueError(f"{name!r:.80} is no type of single values")
    return np.dtype(name)
