"""Reading a fitted estimator from its file."""

from __future__ import annotations

import io
import json
import os
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras

from skkeras import estimators
from skkeras.estimators.constructors import first_defaults
from skkeras.estimators.randomness import draw_seed, seeded
from skkeras.estimators.saving.allowance import Allowance, check_parts
from skkeras.estimators.saving.archive import read_archive
from skkeras.estimators.saving.codec import Decoder
from skkeras.estimators.saving.configuration import check_names
from skkeras.estimators.saving.estimator_file import (
    STATE,
    is_fitted_state,
    model_name,
)
from skkeras.estimators.saving.limits import TIMES, check_members, check_weights
from skkeras.training import check_not_forked


def load(
    path: str | os.PathLike[str],
    *,
    custom_objects: Mapping[str, Any] | None = None,
    compile: bool = True,
) -> Any:
    """Read a fitted estimator that was written by its ``save``.

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
    try:
        text = members.pop(STATE)
        state = json.loads(text)
        names = sorted(members, key=len)
        if set(names) != {model_name(i) for i in range(len(names))}:
            raise ValueError(f"unknown members {names!r:.100}")
        cls = _estimator_class(state["class"], custom_objects)
        size = sum(map(len, members.values())) + len(text)
        allowance = Allowance(size)
        with seeded(draw_seed(None)):  # new layers draw from the process's generators
            models = [
                _load_model(members[model_name(i)], custom_objects, compile, allowance)
                for i in range(len(names))
            ]
            decoder = Decoder(models, custom_objects, TIMES * size, allowance)
            return _restore(cls, state, decoder)
    except Exception as error:  # whatever the content of a stranger's file leads to
        raise ValueError(f"{path} cannot be loaded: {error}") from error


def _restore(cls, state, decoder):
    estimator = object.__new__(cls)
    for name, value in state["parameters"].items():
        is_method = callable(getattr(cls, name, None))
        if not name.isidentifier() or "_" in (name[0], name[-1]) or is_method:
            raise ValueError(f"{name!r:.80} is no parameter")
        setattr(estimator, name, decoder.decode(value))
    missing = set(first_defaults(cls)) - vars(estimator).keys()
    if missing:
        raise ValueError(f"the parameters {sorted(missing)} are missing")
    for name, value in state["fitted"].items():
        if not is_fitted_state(name):
            raise ValueError(f"{name!r:.80} is no fitted attribute")
        setattr(estimator, name, decoder.decode(value))
    if not isinstance(getattr(estimator, "model_", None), keras.Model):
        raise ValueError("it holds no model")
    return estimator


def _estimator_class(name, custom_objects):
    if name in custom_objects:
        return custom_objects[name]
    if name not in estimators.__all__:
        raise ValueError(
            f"it is a {name!r:.80}, which is not of skkeras: pass the class in "
            "custom_objects."
        )
    return getattr(estimators, name)


def _check_model(data, custom_objects, compile, allowance):
    """Raise `ValueError` where a model's file may not be read by Keras."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        check_members(archive, len(data))
        config = json.loads(archive.read("config.json"))
        names = [name for name in archive.namelist() if name.endswith(".h5")]
        weights = [archive.read(name) for name in names]
    if not compile:
        config["compile_config"] = None  # as Keras will
    check_names(config, custom_objects)
    check_parts(config, allowance)
    check_weights(config, weights, custom_objects, allowance)


def _load_model(data, custom_objects, compile, allowance):
    _check_model(data, custom_objects, compile, allowance)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.keras")
        path.write_bytes(data)
        return keras.saving.load_model(
            path, custom_objects=custom_objects, compile=compile, safe_mode=True
        )
