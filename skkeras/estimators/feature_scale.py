"""Features so large that a perceptron learns from nothing else."""

import warnings

import numpy as np
from scipy import sparse

# Beyond it a relu net with Adam at its default rates does no better than chance on a
# target that the other features decide; measured on normal features, one scaled up.
LARGEST_SCALE = 1e4


def warn_of_scale(estimator, X):
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
        f"leaves a perceptron blind to the others: use make_pipeline(StandardScaler(), "
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
