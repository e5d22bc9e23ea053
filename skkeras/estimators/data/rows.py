"""Rows on their way to the model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import keras
import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin

from skkeras.estimators.data.batches import is_too_large
from skkeras.estimators.data.finite import narrowed
from skkeras.estimators.typing import CheckedFeatures

if TYPE_CHECKING:
    from skkeras.training import Arrays


class Rows(NamedTuple):
    """Features, targets and weights of the same rows.

    Parameters
    ----------
    X : ndarray, CSR matrix or dict of ndarray
        Features.
    y : ndarray
        Targets.
    sample_weight : ndarray of shape (n_samples,) or None, default=None
        Weights; None where all rows weigh the same.
    """

    X: Any
    y: Any
    sample_weight: Any = None

    def take(self, rows: slice | np.ndarray) -> Rows:
        """Select some of the rows.

        Parameters
        ----------
        rows : slice or ndarray
            Which; a boolean mask or indices.

        Returns
        -------
        Rows
        """
        return Rows(*(take_rows(part, rows) for part in self))


class Unchanged(TransformerMixin, BaseEstimator, auto_wrap_output_keys=None):  # pyright: ignore[reportCallIssue, reportGeneralTypeIssues]
    """Passes the features to the model as they are."""

    def fit(self, X: CheckedFeatures, y: None = None) -> Self:
        """Learn nothing.

        Parameters
        ----------
        X : ndarray, CSR matrix or dict of ndarray
            Features.
        y : None
            Ignored.

        Returns
        -------
        self : Unchanged
            The transformer.
        """
        return self

    def transform(self, X: CheckedFeatures) -> CheckedFeatures:
        """Return X.

        Parameters
        ----------
        X : ndarray, CSR matrix or dict of ndarray
            Features.

        Returns
        -------
        ndarray, CSR matrix or dict of ndarray
            The same object.
        """
        return X

    def __sklearn_is_fitted__(self) -> bool:
        return True


def is_named(X: Any) -> bool:
    """Check whether features are a mapping from the names of inputs to arrays.

    Parameters
    ----------
    X : object
        Features.

    Returns
    -------
    bool
        False for SciPy's DOK matrices, which are mappings too.
    """
    return isinstance(X, Mapping) and not sparse.issparse(X)


def shapes(X: Any) -> tuple[int, ...] | dict[str, tuple[int, ...]]:
    """Return the shape of the features: one, or one for each named input.

    Parameters
    ----------
    X : ndarray, CSR matrix or dict of ndarray
        Features.

    Returns
    -------
    tuple of int, or dict of str to tuple of int
    """
    return {n: x.shape for n, x in X.items()} if is_named(X) else X.shape


def n_rows(X: Any) -> int:
    """Count the samples.

    Parameters
    ----------
    X : ndarray, CSR matrix or dict of ndarray
        Features.

    Returns
    -------
    int
    """
    return (next(iter(X.values())) if is_named(X) else X).shape[0]


def take_rows(X: Any, rows: slice | np.ndarray) -> Any:
    """Select samples.

    Parameters
    ----------
    X : ndarray, CSR matrix, dict of ndarray or None
        Features, targets or weights.
    rows : slice or ndarray
        Which; a boolean mask or indices.

    Returns
    -------
    The same kind as X
    """
    if is_named(X):
        return {name: x[rows] for name, x in X.items()}
    return None if X is None else X[rows]


def cast_for_model(model: keras.Model, x: Any) -> Any:
    """Cast arrays to the types that the model's inputs have.

    Parameters
    ----------
    model : keras.Model
        Built.
    x : ndarray, CSR matrix, list or dict of ndarray
        One array an input.

    Returns
    -------
    ndarray, list or dict of ndarray
        Floats as Keras's float type where the model does not say. A sparse matrix
        becomes dense, as bytes where it holds whole numbers up to 255; one that is
        too large to stays as it is.
    """
    floatx = np.dtype(keras.config.floatx())
    inputs = getattr(model, "inputs", None) or []
    single = not isinstance(x, list | tuple | dict) and len(inputs) == 1
    if is_too_large(x):
        return x
    if sparse.issparse(x):
        return _dense(x, np.dtype(inputs[0].dtype) if single else floatx, bool(inputs))
    if single:
        array: Any = x
        narrowed(array, floatx, "X")  # which Keras casts to on the way
        return np.asarray(array, dtype=inputs[0].dtype)
    return keras.tree.map_structure(
        lambda a: narrowed(a, floatx, "X") if a.dtype.kind == "f" else a, x
    )


def _dense(x, dtype, model_casts):
    """Fill in the zeros, in one byte a value where that is exact and Keras casts."""
    x = x.tocsr()
    if not x.has_canonical_format:
        x = x.copy()
        x.sum_duplicates()
    if model_casts and _fits_a_byte(x.data):
        dtype = np.dtype(np.uint8)
    narrowed(x.data, dtype, "X")
    return x.astype(dtype).toarray()


def _fits_a_byte(values):
    values = np.asarray(values)
    return bool(np.all((values >= 0) & (values <= 255) & (values == np.floor(values))))


def materialise(model: keras.Model, x: Arrays) -> None:
    """Create the weights of a model that learns its input shape from data.

    Parameters
    ----------
    model : keras.Model
        Built or not.
    x : ndarray, list or dict of ndarray
        A row.
    """
    if not model.built or not getattr(model, "inputs", True):
        model(cast_for_model(model, x))


def hold_out_last(rows: Rows, fraction: float) -> tuple[Rows, Rows]:
    """Split off the last share of the rows, as ``validation_split`` does in Keras.

    Parameters
    ----------
    rows : Rows
        All there are.
    fraction : float in (0, 1)
        Share to hold out.

    Returns
    -------
    rows, held_out : Rows
        The first rows and the last.

    Raises
    ------
    ValueError
        When one of the parts would be empty.
    """
    n_all = n_rows(rows.X)
    n_kept = int(n_all * (1 - fraction))
    if n_kept in (0, n_all):
        raise ValueError(
            f"validation_split={fraction} of {n_all} rows leaves "
            f"{n_kept} to train on and {n_all - n_kept} to validate on."
        )
    return rows.take(slice(n_kept)), rows.take(slice(n_kept, None))
