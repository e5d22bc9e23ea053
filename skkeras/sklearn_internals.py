"""The private names of scikit-learn that several folders use.

What each is for, and what to do when it goes:

- ``_param_validation``: `Interval` and `StrOptions`, which say in constraints what a
  parameter may be, with scikit-learn's own error. Two small classes of our own.
- ``_parameter_constraints``: where scikit-learn looks for them. Any other place.
- ``_validate_params``: checks them. A loop over the parameters.
- ``_fit_context``: the same around fit, and callbacks end. `with_callbacks` for these.
- ``_get_param_names``: the names that ``set_params`` lists in its error. Nothing else.
- ``_init_callback_context``: scikit-learn's callbacks; its documentation asks for it.
  Before scikit-learn 1.9 there are none.
- ``_skl_callbacks``: those that were set. Override ``set_callbacks`` and keep them.
- ``_check_sample_weight``: numbers, one a row, none negative. A check of our own.
- ``_safe_indexing``: rows of an array, a table, a sparse matrix or a list. It is in
  scikit-learn's public documentation.
- ``_transformer_to_input_indices``: which columns each transformer of a
  `ColumnTransformer` takes. ``transformers_`` has them as they were given.
- ``_FuncWrapper``: what `sklearn.utils.parallel.delayed` makes of a function; it resets
  warning filters. Without it, `thread_state` has nothing to undo.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from sklearn.base import BaseEstimator
from sklearn.base import _fit_context as fit_context
from sklearn.utils import _safe_indexing as safe_indexing
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.parallel import _FuncWrapper as FuncWrapper
from sklearn.utils.validation import _check_sample_weight as check_sample_weight

from skkeras.sklearn_callbacks import HAS_CALLBACKS, NobodyToTell

if TYPE_CHECKING:
    from sklearn.callback import CallbackContext

__all__ = [
    "FuncWrapper",
    "Interval",
    "NamingItsParameters",
    "StrOptions",
    "callback_context",
    "callbacks_of",
    "check_parameters",
    "check_sample_weight",
    "constrained",
    "fit_context",
    "positions_by_transformer",
    "safe_indexing",
]


def constrained(**constraints: list[Any] | str) -> Callable[[type], type]:
    """Make a decorator of estimators that says what their parameters may be.

    Parameters
    ----------
    **constraints : list or str
        By name of the parameter, what scikit-learn's own estimators have; to those
        of the base class.

    Returns
    -------
    callable
        From a class to the same class.
    """

    def constrain(cls):
        of_base = getattr(cls, "_parameter_constraints", {})
        cls._parameter_constraints = {**of_base, **constraints}
        return cls

    return constrain


def check_parameters(estimator: BaseEstimator) -> None:
    """Raise `ValueError` where a parameter is not what it may be.

    Parameters
    ----------
    estimator : BaseEstimator
        Of a class that is :func:`constrained`.
    """
    estimator._validate_params()


def callback_context(
    estimator: BaseEstimator, max_subtasks: int | None
) -> CallbackContext | NobodyToTell:
    """Begin to tell scikit-learn's callbacks of a fit.

    Parameters
    ----------
    estimator : estimator
        In a method with ``with_callbacks``, or in a search's ``fit``.
    max_subtasks : int or None
        How many tasks the fit has.

    Returns
    -------
    sklearn.callback.CallbackContext or NobodyToTell
    """
    if not HAS_CALLBACKS:
        return NobodyToTell()
    return estimator._init_callback_context(max_subtasks=max_subtasks)


def callbacks_of(estimator: Any) -> Sequence[Any]:
    """Return the callbacks that were set with ``set_callbacks``.

    Parameters
    ----------
    estimator : estimator
        Any.

    Returns
    -------
    sequence of sklearn.callback.FitCallback
    """
    return getattr(estimator, "_skl_callbacks", ())


def positions_by_transformer(columns: Any) -> dict[str, list[int]]:
    """Return which columns each transformer of a `ColumnTransformer` takes.

    Parameters
    ----------
    columns : ColumnTransformer
        Fitted.

    Returns
    -------
    dict of str to list of int
        Their places, by the transformers' names.
    """
    return {
        name: list(places)
        for name, places in columns._transformer_to_input_indices.items()
    }


class NamingItsParameters(BaseEstimator):
    """An estimator with other parameters than its constructor names.

    A subclass has a class method ``_parameter_names()``, which gives them in order.
    """

    @classmethod
    def _get_param_names(cls):
        return cls._parameter_names()
