"""Methods that not every instance has."""

from collections.abc import Callable
from typing import Any, TypeVar

from sklearn.utils import metaestimators

Method = TypeVar("Method", bound=Callable[..., Any])


def available_if(check: Callable[[Any], bool]) -> Callable[[Method], Method]:
    """Return scikit-learn's ``available_if``, which hides signatures from editors.

    Parameters
    ----------
    check : callable
        From the estimator to whether it has the method; may raise an AttributeError
        that says why not.

    Returns
    -------
    callable
        Decorator of the method.
    """
    return metaestimators.available_if(check)
