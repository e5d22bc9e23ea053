"""From the members of a file to an estimator, without running or importing anything."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras

from skkeras.estimators.constructors import first_defaults
from skkeras.estimators.has_model import HasModel
from skkeras.estimators.randomness import draw_seed, seeded
from skkeras.estimators.saving.allowance import Allowance, check_parts
from skkeras.estimators.saving.codec import Decoder
from skkeras.estimators.saving.configuration import check_names
from skkeras.estimators.saving.limits import TIMES, check_members, check_weights
from skkeras.estimators.saving.members import STATE, is_fitted_state, model_name


def read_into(
    members: dict[str, bytes],
    blank_of: Callable[[str], Any],
    custom_objects: Mapping[str, Any],
    compile: bool,
    needs_model: bool = True,
) -> Any:
    """Read an estimator.

    Parameters
    ----------
    members : dict of str to bytes
        Of its file.
    blank_of : callable
        From the name of a class to an object of it, which is filled.
    custom_objects : dict of str to object
        Functions and classes of the caller's, by name.
    compile : bool
        Whether to restore the optimizer, the loss and the metrics.
    needs_model : bool, default=True
        Whether an estimator that was not fitted is refused.

    Returns
    -------
    estimator
    """
    members = dict(members)
    text = members.pop(STATE)
    state = json.loads(text)
    names = sorted(members, key=len)
    if set(names) != {model_name(i) for i in range(len(names))}:
        raise ValueError(f"unknown members {names!r:.100}")
    blank = blank_of(state["class"])
    size = sum(map(len, members.values())) + len(text)
    allowance = Allowance(size)
    with seeded(draw_seed(None)):  # new layers draw from the process's generators
        models = [
            _load_model(members[model_name(i)], custom_objects, compile, allowance)
            for i in range(len(names))
        ]
        decoder = Decoder(models, custom_objects, TIMES * size, allowance)
        return _restore(blank, state, decoder, needs_model)


def _restore(estimator, state, decoder, needs_model):
    cls = type(estimator)
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
    is_fitted = any(name.endswith("_") for name in state["fitted"])
    if not (needs_model or is_fitted):
        return estimator
    if not isinstance(getattr(estimator, "model_", None), keras.Model):
        raise ValueError("it holds no model")
    model = vars(estimator)["model_"]
    is_its_own = sum(model is given for given in decoder.models_given) == 1
    if is_its_own and isinstance(estimator, HasModel):
        estimator._keep_unseen(model)
    return estimator


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
