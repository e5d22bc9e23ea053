"""A fitted estimator in one file: a .keras model and JSON."""

import io
import json
import tempfile
import zipfile
from importlib.metadata import version
from pathlib import Path

import keras
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from skkeras.estimators.constructors import first_defaults
from skkeras.estimators.randomness import draw_seed, seeded
from skkeras.estimators.saving.allowance import Allowance, check_parts
from skkeras.estimators.saving.archive import read_archive, write_archive
from skkeras.estimators.saving.codec import Decoder, Encoder
from skkeras.estimators.saving.configuration import check_names
from skkeras.estimators.saving.limits import TIMES, check_members, check_weights

_STATE = "estimator.json"
_PRIVATE = ("_seed", "_any_params", "_weight_unit")
_PACKAGES = ("skkeras", "keras", "scikit-learn", "numpy")


class Saving:
    """Adds ``save`` to an estimator."""

    def save(self, path):
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
        encoder = Encoder()
        fitted = {name: v for name, v in vars(self).items() if _is_fitted_state(name)}
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
            _model_name(i): _model_bytes(model)
            for i, model in enumerate(encoder.models)
        }
        members[_STATE] = json.dumps(state, indent=1, allow_nan=False).encode()
        write_archive(path, members, {name: version(name) for name in _PACKAGES})


def load(path, *, custom_objects=None, compile=True):
    """Read a fitted estimator that was written by its ``save``.

    No code from the file runs and nothing is imported because of it, so files of
    strangers may be opened: layers that hold Python code (Lambda) are refused, and
    functions and classes that are not Keras's are only those you pass. A checksum
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
    custom_objects = dict(custom_objects or {})
    members, _ = read_archive(path)
    try:
        text = members.pop(_STATE)
        state = json.loads(text)
        names = sorted(members, key=len)
        if set(names) != {_model_name(i) for i in range(len(names))}:
            raise ValueError(f"unknown members {names!r:.100}")
        cls = _estimator_class(state["class"], custom_objects)
        size = sum(map(len, members.values())) + len(text)
        allowance = Allowance(size)
        with seeded(draw_seed(None)):  # new layers draw from the process's generators
            models = [
                _load_model(members[_model_name(i)], custom_objects, compile, allowance)
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
        if not _is_fitted_state(name):
            raise ValueError(f"{name!r:.80} is no fitted attribute")
        setattr(estimator, name, decoder.decode(value))
    if not isinstance(getattr(estimator, "model_", None), keras.Model):
        raise ValueError("it holds no model")
    return estimator


def _is_fitted_state(name):
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


def _estimator_class(name, custom_objects):
    from skkeras import estimators

    if name in custom_objects:
        return custom_objects[name]
    if name not in estimators.__all__:
        raise ValueError(
            f"it is a {name!r:.80}, which is not of skkeras: pass the class in "
            "custom_objects."
        )
    return getattr(estimators, name)


def _model_name(index):
    return f"model-{index}.keras"


def _model_bytes(model):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.keras")
        model.save(path)
        return path.read_bytes()


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
