"""Predictions of a fitted estimator, and their score."""

# A mixin: the estimator has the other attributes.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any
from weakref import WeakKeyDictionary

import keras
import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.validation import check_is_fitted

from skkeras import training
from skkeras.estimators.callbacks import prediction_callbacks
from skkeras.estimators.constructors import all_parameters
from skkeras.estimators.data.batches import row_slices
from skkeras.estimators.data.inputs import check_X, check_y, prediction_dtype
from skkeras.estimators.data.rows import cast_for_model, n_rows
from skkeras.estimators.one_fit import predicting
from skkeras.estimators.typing import Features
from skkeras.training import own_generators

_of_classes: MutableMapping[type, bool] = WeakKeyDictionary()


def _is_option(name):
    return name.startswith("predict__")


def _names_options(kind):
    """Return whether a class has arguments of ``Model.predict`` as attributes."""
    found = _of_classes.get(kind)
    if found is None:
        names = {*dir(kind), *all_parameters(kind)}
        found = _of_classes[kind] = any(map(_is_option, names))
    return found


class Prediction:
    """From rows to the model's outputs, to targets, to a score."""

    def _predict_raw(self, X, predict_params):
        """Return the model's outputs as they are, in X's float type."""
        if not self.initialized_:
            check_is_fitted(self, "_fit_model")
        X = check_X(self, X)
        options = self._prediction_options() | predict_params
        if options.get("batch_size") == -1:
            options["batch_size"] = n_rows(X)
        x = self.feature_encoder_.transform(X)
        parts = [
            self._outputs(x if part is None else x[part], **options)
            for part in row_slices(x)
        ]
        dtype = prediction_dtype(X)
        if len(parts) == 1 and isinstance(parts[0], np.ndarray):
            return parts[0].astype(dtype, copy=False)
        return keras.tree.map_structure(
            lambda *o: np.concatenate(o).astype(dtype, copy=False), *parts
        )

    def _prediction_options(self):
        """Return arguments of ``Model.predict`` that parameters ask for."""
        # Joined, since to ask each name takes longer than a small net.
        is_routed = _names_options(type(self)) or "predict__" in " ".join(vars(self))
        if not is_routed and getattr(self, "callbacks", None) is None:
            return {}
        params = self._training_params()
        routed = {k: v for k, v in params.items() if k.startswith("predict__")}
        options = {k.removeprefix("predict__"): v for k, v in routed.items()}
        options = {n: v for n, v in options.items() if not n.startswith("callbacks")}
        if callbacks := prediction_callbacks(params):
            options["callbacks"] = callbacks
        return options

    def _outputs(self, x, batch_size=None, **options):
        x = cast_for_model(self._prototype, x)
        if options:
            with own_generators():
                return self._training_model.predict(
                    x=x, batch_size=batch_size, **options
                )
        # Loaded and copied estimators come without.
        kept = vars(self).setdefault("_kept_graphs", training.KeptGraphs())
        return training.predict(self._fit_model, x, batch_size, kept)

    def predict(self, X: Features, **predict_params: Any) -> np.ndarray:
        """Predict targets.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features, ...) or dict
            Rows to predict for.
        **predict_params : dict
            Arguments of ``Model.predict``, such as ``batch_size``.

        Returns
        -------
        ndarray of shape (n_samples,), (n_samples, n_outputs) or (n_samples, \
n_quantiles)
            Predictions.
        """
        with predicting(self):
            raw = self._predict_raw(X, predict_params)
            return self.target_encoder_.inverse_transform(raw)

    def score(
        self, X: Features, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> float:
        """Score predictions with ``scorer``.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features, ...) or dict
            Test rows.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Their true targets.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows.

        Returns
        -------
        float
            Accuracy of a classifier; R² of a regressor, or mean D² of its quantiles.
        """
        y = check_y(y, self._y_numeric)
        params = self._training_params().items()
        routed = {k.removeprefix("score__"): v for k, v in params if k[:7] == "score__"}
        scorer = self._scorer()
        return scorer(y, self.predict(X), sample_weight=sample_weight, **routed)

    def _scorer(self):
        """Return the function of targets and predictions that ``score`` calls."""
        return self.scorer
