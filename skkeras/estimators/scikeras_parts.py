"""The parts of scikeras that are reused, and the one place that knows of it.

scikeras's own ``__init__`` replaces ``__reduce__`` and ``__deepcopy__`` of Keras's
classes for the whole process. Its files are therefore loaded without it: whoever
imports scikeras as well gets all of it, whoever does not gets an untouched Keras.

What each private name is for; scikeras is finished, its version pinned, and none goes:

- ``_utils.py``: the file that tells routed parameters apart.
- ``_keras_build_fn``: the method of a subclass that builds its model. It is in
  scikeras's documentation.
- ``_target_type``: what the labels are, in scikit-learn's words and one of scikeras's.
- ``_final_encoder``: scikit-learn's transformer between labels and their numbers.
- ``_y_dtype``, ``_y_shape``: of the labels that were learned.
"""

from collections.abc import Callable
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any, Self

import numpy as np

_FOUND: Any = find_spec("scikeras")
_SCIKERAS = Path(_FOUND.origin).parent


def _load(file_name):
    """Run one file of scikeras as a module of this one, so that pickles find it."""
    name = f"{__name__}.{Path(file_name).stem.strip('_')}"
    spec = spec_from_file_location(name, _SCIKERAS / file_name)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    for value in vars(module).values():
        if getattr(value, "__module__", None) == name:
            value.__module__ = __name__
    return module


_routing = _load("_utils.py")
_transformers = _load("utils/transformers.py")

accepts_kwargs = _routing.accepts_kwargs
has_param = _routing.has_param
try_to_convert_strings_to_classes = _routing.try_to_convert_strings_to_classes
unflatten_params = _routing.unflatten_params

ClassifierLabelEncoder = _transformers.ClassifierLabelEncoder
RegressorTargetEncoder = _transformers.RegressorTargetEncoder
TargetReshaper = _transformers.TargetReshaper


class OpenLabelEncoder(ClassifierLabelEncoder):
    """scikeras's encoder of labels, which says what it has learned."""

    @property
    def target_type(self) -> str:
        """What the labels are, as `sklearn.utils.multiclass.type_of_target` says."""
        return self._target_type

    def fit(self, y: np.ndarray) -> Self:
        """Learn the labels.

        Parameters
        ----------
        y : ndarray of shape (n_samples,) or (n_samples, n_labels)
            Labels.

        Returns
        -------
        self : OpenLabelEncoder
        """
        super().fit(y)
        if self._target_type == "multiclass-onehot":
            # Whether rows of one 1 are classes or labels is the loss's to say.
            self._target_type = "multilabel-indicator"
        return self

    def labels_of(self, codes: np.ndarray) -> np.ndarray:
        """Return the labels of their numbers.

        Parameters
        ----------
        codes : ndarray of int of shape (n_samples,)
            Places in ``classes_``.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, 1)
            Of the type, and with the axes, that the labels had.
        """
        # The encoder's own way back takes longer than a small net takes to predict.
        labels = self._final_encoder[-1].categories_[0][codes]
        return labels.astype(self._y_dtype, copy=False).reshape(-1, *self._y_shape[1:])


def build_method(estimator: Any) -> Callable[..., Any] | None:
    """Return the method by which a subclass builds its model, as scikeras has it.

    Parameters
    ----------
    estimator : estimator
        Any.

    Returns
    -------
    callable or None
    """
    return getattr(estimator, "_keras_build_fn", None)


def plain_state(encoder: OpenLabelEncoder) -> dict[str, Any]:
    """Return the attributes of an encoder, but for scikit-learn's encoder in it.

    Parameters
    ----------
    encoder : OpenLabelEncoder
        Fitted.

    Returns
    -------
    dict
        Of plain values, for :func:`fit_again`.
    """
    return {k: v for k, v in vars(encoder).items() if k != "_final_encoder"}


def fit_again(encoder: OpenLabelEncoder) -> None:
    """Return an encoder scikit-learn's, whose own attributes differ among versions.

    Parameters
    ----------
    encoder : OpenLabelEncoder
        With the attributes that :func:`plain_state` gave.
    """
    labels = np.asarray(encoder.classes_)
    if encoder.target_type == "multilabel-indicator":
        labels = np.zeros((2, max(len(labels), 2)), int)
    encoder._final_encoder = type(encoder)().fit(labels)._final_encoder
