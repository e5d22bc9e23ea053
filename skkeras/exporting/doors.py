"""How rows enter an ONNX model: an input for each column, or one for all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from onnx import TensorProto, helper
from scipy import sparse

from skkeras.estimators.data.rows import is_named
from skkeras.exporting.table_step import MISSING_WORD
from skkeras.preprocessing.column_kinds import CATEGORY, DATE, column_kinds
from skkeras.preprocessing.frames import column_at, to_frame
from skkeras.preprocessing.reading import (
    read_booleans,
    read_dates,
    read_numbers,
    read_words,
)

NUMBER, WORD, TIME = "number", "word", "time"

_PLAIN = {
    "b": TensorProto.BOOL,
    "i": TensorProto.INT64,
    "u": TensorProto.INT64,
}


@dataclass(frozen=True)
class Door:
    """One input of an ONNX model.

    Parameters
    ----------
    name : str
        Of the column, or of the input of a net.
    kind : str
        ``"number"``, ``"word"`` or ``"time"``.
    type : int
        ONNX's type.
    shape : tuple of int
        Of a row.
    values : ndarray
        The sample rows, as they are fed.
    """

    name: str
    kind: str
    type: int
    shape: tuple[int, ...]
    values: np.ndarray

    def declared(self) -> Any:
        """Return the input as an ONNX graph declares it."""
        return helper.make_tensor_value_info(self.name, self.type, [None, *self.shape])


def doors_for(X: Any) -> list[Door]:
    """Return the inputs for rows like these, and the rows for them.

    Parameters
    ----------
    X : {DataFrame, array-like} of shape (n_samples, n_features, ...) or dict
        Rows; a dict has an array for each input of a net.

    Returns
    -------
    list of Door
        One a column of a table, one a key of a dict, else one.
    """
    if is_named(X):
        return [_door(str(name), np.asarray(values)) for name, values in X.items()]
    if not (hasattr(X, "columns") or hasattr(X, "column_names")):
        array = X.toarray() if sparse.issparse(X) else np.asarray(X)
        if array.dtype.kind in "biuf":
            return [_door("X", array)]
        X = pd.DataFrame(array).infer_objects()
    frame = to_frame(X)
    names = [str(name) for name in frame.columns]
    if len(set(names)) < len(names):
        raise ValueError(f"X has columns of one name: {sorted(names)!r:.200}.")
    kinds = column_kinds(frame, "from_dtype")
    return [
        _column(frame, place, name, kind)
        for place, (name, kind) in enumerate(zip(names, kinds, strict=True))
    ]


def _door(name, array):
    """Return the input for numbers as they are."""
    if array.dtype.kind not in "biuf":
        raise ValueError(f"X[{name!r}] must be numbers, got {array.dtype}.")
    to = _PLAIN.get(array.dtype.kind)
    if to is None:
        is_single = array.dtype.itemsize <= 4
        to = TensorProto.FLOAT if is_single else TensorProto.DOUBLE
    values = array.astype(helper.tensor_dtype_to_np_dtype(to))
    return Door(name, NUMBER, to, array.shape[1:], values)


def _column(frame, place, name, kind):
    column = column_at(frame, place)
    if kind == CATEGORY:
        places, words = read_words(column)
        values = np.array([*words, MISSING_WORD], dtype=object)[places]
        return Door(name, WORD, TensorProto.STRING, (1,), values[:, None])
    if kind == DATE:
        times, _ = read_dates(column)
        values = times.astype(np.int64)
        return Door(name, TIME, TensorProto.INT64, (1,), values[:, None])
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "biuf":
        return _door(name, column.to_numpy()[:, None])
    read = read_booleans if kind == "boolean" else read_numbers
    return _door(name, read(frame, np.array([place])))
