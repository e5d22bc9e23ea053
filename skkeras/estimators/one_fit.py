"""Predictions from one fit: none that mix the old model with a new one's target."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from skkeras.fusion.own_thread import is_training_here

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

# By the estimators' ids, and only while they are used: nothing is left on an estimator,
# since a copy that is made during a fit is not being fitted.
_lock = threading.Lock()
_fitting = {}
_predicting = {}


class _Prediction:
    is_spoiled = False


@contextmanager
def fitting(estimator: BaseEstimator) -> Iterator[None]:
    """Mark an estimator as being fitted, for threads that predict from it.

    Parameters
    ----------
    estimator : estimator
        Fitted by this thread inside the block.
    """
    with _lock:
        _fitting.setdefault(id(estimator), []).append(threading.get_ident())
        for prediction in _predicting.get(id(estimator), ()):
            prediction.is_spoiled = True
    try:
        yield
    finally:
        with _lock:
            _forget(_fitting, estimator, threading.get_ident())


@contextmanager
def predicting(estimator: BaseEstimator) -> Iterator[None]:
    """Raise `RuntimeError` if another thread fits the estimator meanwhile.

    Parameters
    ----------
    estimator : estimator
        Read inside the block. Threads that fit or train may, as callbacks do.

    Raises
    ------
    RuntimeError
        When another thread fits it now, or began to in the meantime.
    """
    prediction = _Prediction()
    with _lock:
        if _is_fitted_elsewhere(estimator):
            raise RuntimeError(_message(estimator))
        _predicting.setdefault(id(estimator), []).append(prediction)
    try:
        yield
    except Exception as error:
        if prediction.is_spoiled:
            raise RuntimeError(_message(estimator)) from error
        raise
    finally:
        with _lock:
            _forget(_predicting, estimator, prediction)
    if prediction.is_spoiled:
        raise RuntimeError(_message(estimator))


def _forget(marks, estimator, mark):
    """Remove one of an estimator's marks, and all trace of it with the last."""
    marks[id(estimator)].remove(mark)
    if not marks[id(estimator)]:
        del marks[id(estimator)]


def _is_fitted_elsewhere(estimator):
    others = set(_fitting.get(id(estimator), ())) - {threading.get_ident()}
    return bool(others) and not is_training_here()


def _message(estimator):
    return (
        f"This {type(estimator).__name__} is fitted by another thread while it is "
        "read, so what it gives could come half from the old model. Fit a clone, and "
        "put it in the old one's place when it is done."
    )
