"""What lies in an estimator's file: its state as JSON, and Keras's own files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sklearn.base import BaseEstimator

from skkeras.estimators.saving.codec import Encoder

STATE = "estimator.json"
_PRIVATE = ("_seed", "_any_params", "_weight_unit")


def members_of(
    estimator: Any, parameters: Mapping[str, Any], folder: Path
) -> dict[str, bytes]:
    """Return the contents of an estimator's file.

    Parameters
    ----------
    estimator : estimator
        Fitted or not; its model has been built.
    parameters : dict of str to object
        All of its parameters.
    folder : Path
        For what Keras writes.

    Returns
    -------
    dict of str to bytes
        By the members' names.

    Raises
    ------
    TypeError
        When it has an encoder of the user's own.
    """
    encoder = Encoder()
    fitted = {n: v for n, v in vars(estimator).items() if is_fitted_state(n)}
    state = {
        "class": type(estimator).__name__,
        "parameters": {n: encoder.encode(v) for n, v in parameters.items()},
        "fitted": {n: _encode_fitted(encoder, n, v) for n, v in fitted.items()},
    }
    members = {
        model_name(i): _model_bytes(model, folder)
        for i, model in enumerate(encoder.models)
    }
    members[STATE] = json.dumps(state, indent=1, allow_nan=False).encode()
    return members


def is_fitted_state(name: str) -> bool:
    """Return whether an attribute of this name is what fit learned."""
    return name in _PRIVATE or (name.endswith("_") and not name.startswith("_"))


def _encode_fitted(encoder, name, value):
    encoded = encoder.encode(value)
    if isinstance(value, BaseEstimator) and "instance" in encoded:
        raise TypeError(
            f"{name} is a {type(value).__name__}, which cannot be saved without "
            "pickle: use joblib.dump for files that only you read, or save "
            "est.model_ and encode outside the estimator, in a pipeline."
        )
    return encoded


def model_name(index: int) -> str:
    """Return the name that a model has in the file, by its place in the encoder."""
    return f"model-{index}.keras"


def _model_bytes(model, folder):
    path = folder / "model.keras"
    model.save(path)
    data = path.read_bytes()
    path.unlink()
    return data
