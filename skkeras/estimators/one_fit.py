"""Predictions from one fit: none that mix the old model with a new one's target."""

import threading
from contextlib import contextmanager
from weakref import WeakKeyDictionary

from skkeras.fusion.own_thread import is_training_here

# Not attributes of the estimators: a copy that is made during a fit is not fitted.
_lock = threading.Lock()
_fitting_threads = WeakKeyDictionary()
_fits_begun = WeakKeyDictionary()


@contextmanager
def fitting(estimator):
    """Tell the threads that predict from an estimator that it changes.

    Parameters
    ----------
    estimator : estimator
        Fitted by this thread inside the block.
    """
    with _lock:
        _fitting_threads[estimator] = threading.get_ident()
        _fits_begun[estimator] = _fits_begun.get(estimator, 0) + 1
    try:
        yield
    finally:
        with _lock:
            _fitting_threads.pop(estimator, None)


@contextmanager
def predicting(estimator):
    """Refuse predictions during which another thread fits.

    Parameters
    ----------
    estimator : estimator
        Read inside the block. Threads that fit or train may, as callbacks do.

    Raises
    ------
    RuntimeError
        When another thread fits it now, or began to in the meantime.
    """
    before = _fits_of_others(estimator)
    try:
        yield
    except Exception as error:
        if _fits_of_others(estimator) != before:
            raise RuntimeError(_message(estimator)) from error
        raise
    if _fits_of_others(estimator) != before:
        raise RuntimeError(_message(estimator))


def _fits_of_others(estimator):
    with _lock:
        thread = _fitting_threads.get(estimator)
        if thread == threading.get_ident() or is_training_here():
            return None
        if thread is not None:
            raise RuntimeError(_message(estimator))
        return _fits_begun.get(estimator, 0)


def _message(estimator):
    return (
        f"This {type(estimator).__name__} is fitted by another thread while it "
        "predicts, so its predictions could come half from the old model. Fit a clone, "
        "and put it in the old one's place when it is done."
    )
