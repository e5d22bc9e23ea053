"""Whether two ways to compute a model's outputs give the same."""

from __future__ import annotations

from typing import Any

import numpy as np
from keras import tree

_UNITS = 400  # of rounding, that outputs may differ by from the largest


def agree(found: Any, expected: Any, unit: float) -> bool:
    """Return whether outputs differ by no more than rounding of the largest.

    Parameters
    ----------
    found, expected : nest of arrays or tensors
    unit : float
        Relative rounding of a single operation.

    Returns
    -------
    bool
    """
    for a, b in zip(tree.flatten(found), tree.flatten(expected), strict=True):
        a, b = np.asarray(a, float), np.asarray(b, float)
        bound = _UNITS * unit * np.abs(b[np.isfinite(b)]).max(initial=0.0)
        if not np.allclose(a, b, rtol=0, atol=bound, equal_nan=True):
            return False
    return True
