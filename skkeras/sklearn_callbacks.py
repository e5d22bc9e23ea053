"""scikit-learn's callbacks, and what stands for them before scikit-learn 1.9.

Without them an estimator has no ``set_callbacks``, and there is nobody to tell of a
fit. All that goes with the last version before 1.9.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import wraps
from typing import Any, Self

try:
    from sklearn.callback import CallbackSupportMixin, with_callbacks
except ModuleNotFoundError:  # before scikit-learn 1.9
    HAS_CALLBACKS = False

    class CallbackSupportMixin:
        """A base that adds nothing: estimators take no callbacks of scikit-learn's."""

    def with_callbacks(method):
        """Return a method as it is, since no callback is to be ended after it."""
        return method

else:
    HAS_CALLBACKS = True

__all__ = [
    "HAS_CALLBACKS",
    "CallbackSupportMixin",
    "NobodyToTell",
    "in_context",
    "with_callbacks",
]


class NobodyToTell:
    """The context of a fit that no callback hears of.

    It is called as `sklearn.callback.CallbackContext` is, as far as this package does.
    """

    def call_on_fit_task_begin(self, **arguments: Any) -> Self:
        """Tell nobody."""
        return self

    def call_on_fit_task_end(self, **arguments: Any) -> bool:
        """Tell nobody, who does not ask to stop."""
        return False

    def subcontext(self, task_name: str = "", **arguments: Any) -> Self:
        """Return the same context."""
        return self

    def propagate_callback_context(
        self, estimator: Any
    ) -> AbstractContextManager[None]:
        """Surround a fit with nothing."""
        return nullcontext()


@contextmanager
def in_context(estimator: Any, context: Any) -> Iterator[None]:
    """Have each fit of an estimator run in a context, as scikit-learn 1.9 does itself.

    Parameters
    ----------
    estimator : estimator
        Not fitted.
    context : sklearn.callback.CallbackContext or NobodyToTell
        Whose ``propagate_callback_context`` surrounds it.
    """
    fit = estimator.fit

    @wraps(fit)
    def within(*args, **kwargs):
        with context.propagate_callback_context(estimator):
            return fit(*args, **kwargs)

    estimator.fit = within
    try:
        yield
    finally:
        del estimator.fit
