"""Features so large that a perceptron learns from nothing else."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

# Six normal features, 400 rows, a target that the others decide: with one feature times
# this, accuracy fell from 0.95 to 0.73, and times ten of it to chance. A convention:
# times 100 it is 0.87 already, but so large are columns of ordinary tables.
LARGEST_SCALE = 1e4


def warn_of_scale(
    estimator: BaseEstimator, X: np.ndarray | sparse.csr_array | sparse.csr_matrix
) -> None:
    """Warn of features whose root mean square is too large for a perceptron.

    Parameters
    ----------
    estimator : estimator instance
        With ``feature_names_in_`` where X had any.
    X : ndarray or CSR matrix of shape (n_samples, n_features)
        Rows to train on.
    """
    large = np.flatnonzero(_root_mean_square(X) > LARGEST_SCALE)
    if not len(large):
        return
    names = getattr(estimator, "feature_names_in_", np.arange(X.shape[1]))
    shown = ", ".join(repr(name) for name in names[large[:5]].tolist())
    more = f" and {len(large) - 5} more" if len(large) > 5 else ""
    kind = type(estimator).__name__
    warnings.warn(
        f"Columns {shown}{more} of X have values beyond {LARGEST_SCALE:g}, which "
        f"hides the others from a perceptron: use make_pipeline(StandardScaler(), "
        f"{kind}()).",
        UserWarning,
        stacklevel=2,
    )


def _root_mean_square(X):
    X = X.astype(np.float64, copy=False)
    if sparse.issparse(X):
        squares = np.asarray(X.multiply(X).sum(axis=0)).ravel()
    else:
        with np.errstate(over="ignore"):
            squares = np.einsum("ij,ij->j", X, X)
    return np.sqrt(squares / max(X.shape[0], 1))
