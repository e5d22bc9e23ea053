"""Imports Keras, for packages that cannot do without: before anything else of theirs.

Keras's own error where its backend is missing is the backend's, out of the depths of
Keras, and does not say that there is a choice.
"""

from __future__ import annotations

from skkeras.missing_backend import BACKENDS, MissingBackend

try:
    import keras  # noqa: F401
except ModuleNotFoundError as error:
    name = (error.name or "").partition(".")[0]
    if name not in BACKENDS:
        raise
    raise MissingBackend(name) from error
