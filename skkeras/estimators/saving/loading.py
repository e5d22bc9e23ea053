"""Reading a fitted estimator from its file."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from skkeras import estimators
from skkeras.estimators.saving.archive import read_archive
from skkeras.estimators.saving.pipeline_file import PIPELINE, read_pipeline
from skkeras.estimators.saving.reading import read_into
from skkeras.training import check_not_forked


def load(
    path: str | os.PathLike[str],
    *,
    custom_objects: Mapping[str, Any] | None = None,
    compile: bool = True,
    trusted: Sequence[str | type] = (),
) -> Any:
    """Read a fitted estimator, or what :func:`skkeras.save` wrote.

    No code from the file runs and nothing is imported because of it, so files of
    strangers may be opened: Lambda layers are refused, which call what the file says,
    and functions and classes that are not Keras's are only those you pass. A checksum
    finds damage; it is no signature.

    Parameters
    ----------
    path : str or os.PathLike
        The file.
    custom_objects : dict of str to object, default=None
        Functions and classes of your own by their names: the model factory, custom
        layers, losses and metrics, a subclass of an estimator. Those registered with
        ``keras.saving.register_keras_serializable`` are found without it.
    compile : bool, default=True
        Whether to restore the optimizer, the loss and the metrics. Without them the
        estimator predicts and scores, and cannot ``evaluate`` or go on training.
    trusted : sequence of str or type, default=()
        Further types that a pipeline's file may hold, as :func:`skops.io.load` takes
        them; the error that refuses a file names them.

    Returns
    -------
    estimator
        Fitted as it was. A factory that was not passed is there as a placeholder,
        which fails with its name when a new fit asks for it.

    Raises
    ------
    ValueError
        When the file is damaged, was changed, is of a later format, or names a class
        that is needed and was not passed.

    Examples
    --------
    >>> import skkeras
    >>> skkeras.load("churn.skkeras", custom_objects={"create_model": create_model})
    ... # doctest: +SKIP
    """
    check_not_forked()
    custom_objects = dict(custom_objects or {})
    members, _ = read_archive(path)

    def blank_of(name):
        return object.__new__(_estimator_class(name, custom_objects))

    try:
        if PIPELINE in members:
            return read_pipeline(members, custom_objects, compile, trusted)
        return read_into(members, blank_of, custom_objects, compile)
    except Exception as error:  # whatever the content of a stranger's file leads to
        raise ValueError(f"{path} cannot be loaded: {error}") from error


def _estimator_class(name, custom_objects):
    if name in custom_objects:
        return custom_objects[name]
    if name not in estimators.__all__:
        raise ValueError(
            f"it is a {name!r:.80}, which is not of skkeras: pass the class in "
            "custom_objects."
        )
    return getattr(estimators, name)
