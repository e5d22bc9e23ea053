"""Writing a fitted estimator to one file: .keras models and JSON."""

# A mixin: the estimator has the other attributes.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import json
import os
from importlib.metadata import version

from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from skkeras.estimators.one_fit import predicting
from skkeras.estimators.saving.archive import write_archive
from skkeras.estimators.saving.codec import Encoder
from skkeras.whole_files import working_beside

STATE = "estimator.json"
_PRIVATE = ("_seed", "_any_params", "_weight_unit")
_PACKAGES = ("skkeras", "keras", "scikit-learn", "numpy")


class Saving:
    """Adds ``save`` to an estimator."""

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the fitted estimator to a file that is safe to open.

        The file holds the model as Keras saves it, and parameters and fitted attributes
        as JSON; no pickle. Functions and classes of your own, such as the model
        factory, are only named in it: :func:`skkeras.load` takes them as
        ``custom_objects``, and an estimator loaded without its factory predicts all
        the same. Callbacks are not saved.

        Parameters
        ----------
        path : str or os.PathLike
            The file; one that is there is replaced, at once and as a whole.

        Raises
        ------
        TypeError
            When the estimator has an encoder of your own: only pickle could save it.

        See Also
        --------
        skkeras.load : Reads it.

        Examples
        --------
        >>> import os, tempfile
        >>> import skkeras
        >>> from sklearn.datasets import load_iris
        >>> X, y = load_iris(return_X_y=True)
        >>> model = skkeras.KerasMLPClassifier(epochs=2).fit(X, y)
        >>> path = os.path.join(tempfile.mkdtemp(), "iris.skkeras")
        >>> model.save(path)
        >>> bool((skkeras.load(path).predict(X) == model.predict(X)).all())
        True
        """
        check_is_fitted(self, "model_")
        with predicting(self), working_beside(path) as folder:
            members = self._members(folder)
        write_archive(path, members, {name: version(name) for name in _PACKAGES})

    def _members(self, folder):
        """Return the contents of the file; the folder is for what Keras writes."""
        encoder = Encoder()
        fitted = {name: v for name, v in vars(self).items() if is_fitted_state(name)}
        state = {
            "class": type(self).__name__,
            "parameters": {
                name: encoder.encode(value)
                for name, value in self._all_params().items()
            },
            "fitted": {
                name: _encode_fitted(encoder, name, value)
                for name, value in fitted.items()
            },
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
