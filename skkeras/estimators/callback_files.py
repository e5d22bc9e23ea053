"""Files that callbacks write, kept apart from fit to fit.

Copies of an estimator, such as a cross-validation makes for its folds, have copies of
its callbacks, which would all write to the same path.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import keras

from skkeras.estimators.keras_internals import forget_run

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

# Where each callback keeps the path it writes to.
_PATHS = {
    keras.callbacks.ModelCheckpoint: "filepath",
    keras.callbacks.CSVLogger: "filename",
    keras.callbacks.TensorBoard: "log_dir",
}


@contextmanager
def own_files(
    estimator: BaseEstimator, callbacks: Sequence[keras.callbacks.Callback]
) -> Iterator[None]:
    """Write the files of each fit of a clone, or TensorBoard run, to its own folder.

    The folder is called ``fit-1``, ``fit-2`` and so on, whichever is free, and lies
    where the callback's path points. An estimator that is no clone writes exactly
    where its callbacks say, as Keras does.

    Parameters
    ----------
    estimator : estimator instance
        In fit. Gets ``callback_paths_``, the paths that its callbacks write to.
    callbacks : sequence of keras.callbacks.Callback
        Their paths are as before at the end.
    """
    given, paths = [], []
    vars(estimator).pop("callback_paths_", None)
    try:
        for callback in callbacks:
            name = _path_name(callback)
            if name is None:
                continue
            path = os.fspath(getattr(callback, name))
            if _is_shared(estimator, callback):
                given.append((callback, name, path))
                setattr(callback, name, _own_path(callback, path))
            paths.append(getattr(callback, name))
        if paths:
            estimator.callback_paths_ = paths
        yield
    finally:
        for callback, name, path in given:
            setattr(callback, name, path)
        for callback in callbacks:
            _forget_run(callback)


def _forget_run(callback):
    """Drop what callbacks keep of a run, and no copy or pickle can be made of."""
    if isinstance(callback, keras.callbacks.CSVLogger):
        callback.csv_file = None
    elif isinstance(callback, keras.callbacks.TensorBoard):
        forget_run(callback)


def _path_name(callback):
    return next((n for kind, n in _PATHS.items() if isinstance(callback, kind)), None)


def _is_shared(estimator, callback):
    is_run = isinstance(callback, keras.callbacks.TensorBoard)
    return is_run or estimator._is_clone


def _own_path(callback, path):
    if isinstance(callback, keras.callbacks.TensorBoard):
        return _new_folder(path)
    folder, file_name = os.path.split(path)
    return os.path.join(_new_folder(folder), file_name)


def _new_folder(parent):
    """Create the first numbered folder that does not exist, safely among processes."""
    os.makedirs(parent or ".", exist_ok=True)
    number = 1
    while True:
        folder = os.path.join(parent, f"fit-{number}")
        try:
            os.mkdir(folder)
        except FileExistsError:
            number += 1
        else:
            return folder
