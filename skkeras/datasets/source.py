"""Where data come from: the file that Keras downloads, or a stand-in for it."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")
# What was given last, since words and texts of different sources mean nothing together.
_stands_in: dict[str, bool] = {}


class StandInWarning(UserWarning):
    """A data set could not be downloaded, and a small one stands in for it.

    Examples
    --------
    >>> import warnings
    >>> from skkeras.datasets import StandInWarning
    >>> warnings.simplefilter("error", StandInWarning)  # rather fail # doctest: +SKIP
    """


def real_or_stand_in(
    name: str,
    download: Callable[[], T],
    substitute: Callable[[], T],
    stand_in: bool | None,
    stacklevel: int = 3,
) -> tuple[T, bool]:
    """Return what can be downloaded, and else what stands in for it, with a warning.

    Parameters
    ----------
    name : str
        Of the data set, in ``keras.datasets``.
    download, substitute : callable
        Return the one and the other.
    stand_in : bool or None
        True for the stand-in, False for the real one or an error.
    stacklevel : int, default=3
        Of the warning; 3 is who called the caller.

    Returns
    -------
    found : object
    is_stand_in : bool

    Raises
    ------
    OSError
        When the real one is wanted, or its other part was given already, and cannot be
        downloaded.
    """
    if stand_in:
        _stands_in[name] = True
        return substitute(), True
    try:
        found = download()
    except OSError:
        if stand_in is False or _stands_in.get(name) is False:
            raise
        warnings.warn(
            f"keras.datasets.{name} could not be downloaded: a small stand-in, of the "
            "same form, is used in its place; stand_in=False raises the error instead.",
            StandInWarning,
            stacklevel=stacklevel,
        )
        _stands_in[name] = True
        return substitute(), True
    _stands_in[name] = False
    return found, False


def of_the_same_source(name: str, stand_in: bool | None) -> bool | None:
    """Return whether to stand in for words, so that they fit the texts given last.

    Parameters
    ----------
    name : str
        Of the data set.
    stand_in : bool or None
        As in `real_or_stand_in`; it is returned if not None.

    Returns
    -------
    bool or None
    """
    return (_stands_in.get(name) or None) if stand_in is None else stand_in


def downloaded(name: str, function: str, file_name: str, **arguments: Any) -> Any:
    """Call a loader of Keras, and raise `OSError` where its download fails.

    Parameters
    ----------
    name, function : str
        Of the data set and of its loader, in ``keras.datasets``.
    file_name : str
        What Keras downloads.
    **arguments
        Of the loader.

    Returns
    -------
    object
        What the loader returns.
    """
    import keras

    try:
        return getattr(getattr(keras.datasets, name), function)(**arguments)
    except Exception as error:
        # Keras tells of a failed download by an exception of no kind.
        if not isinstance(error, OSError) and "URL fetch failure" not in str(error):
            raise
        raise OSError(
            f"keras.datasets.{name} could not be downloaded ({error}). Where there is "
            f"no network, copy {file_name} into the folder datasets of Keras's folder "
            "(~/.keras, or what KERAS_HOME names), from a machine that has it."
        ) from error
