"""What a regressor adds: numeric targets and their score."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.metrics import d2_pinball_score, r2_score

from skkeras.estimators.base import KerasEstimator
from skkeras.estimators.building.head import (
    Head,
    check_regression_head,
    declared_outputs,
)
from skkeras.estimators.data.rows import Rows
from skkeras.estimators.data.weights import weighted_rows
from skkeras.estimators.targets.encoding import RegressionTargetEncoder

if TYPE_CHECKING:
    from sklearn.utils import Tags


class KerasRegression(RegressorMixin, KerasEstimator):
    """Base of the regressors."""

    n_outputs_: int
    quantiles_: tuple[float, ...]

    score = KerasEstimator.score  # not the mixin's, which knows no ``scorer``
    _y_numeric = True

    @staticmethod
    def scorer(y_true: np.ndarray, y_pred: np.ndarray, **kwargs: Any) -> float:
        """Score used by ``score``: R²; override it for another.

        Several quantiles, of :class:`~skkeras.losses.MultiQuantileLoss`, are scored by
        the mean of their D² (:func:`sklearn.metrics.d2_pinball_score`) unless it is.

        Parameters
        ----------
        y_true, y_pred : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            True and predicted targets.
        **kwargs : dict
            ``sample_weight``, and what is routed as ``score__...``.

        Returns
        -------
        float
            Coefficient of determination.
        """
        return r2_score(y_true, y_pred, **kwargs)

    def _scorer(self):
        quantiles = getattr(self, "quantiles_", ())
        if quantiles and type(self).scorer is KerasRegression.scorer:
            return partial(_mean_d2, quantiles=quantiles)
        return self.scorer

    @property
    def target_encoder(self) -> Any:
        """Transformer of y into what the model takes; override it for your own.

        Returns
        -------
        transformer
            Predictions come back in y's shape.
        """
        return RegressionTargetEncoder()

    def _learn_target(self, y, weights=None):
        self.target_type_ = "continuous" if y.ndim == 1 else "continuous-multioutput"
        _, y, weights = weighted_rows(Rows(None, y, weights))
        super()._learn_target(y, weights)

    def _check_model(self, model):
        super()._check_model(model)
        vars(self).pop("quantiles_", None)
        if quantiles := Head.of(model).quantiles:
            self.quantiles_ = quantiles
        has_own_encoder = not isinstance(self.target_encoder_, RegressionTargetEncoder)
        if not has_own_encoder and len(declared_outputs(model)) < 2:
            check_regression_head(Head.of(model), self.n_outputs_)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        tags.regressor_tags.poor_score = self._trains_one_epoch()
        return tags


def _mean_d2(y, predicted, quantiles, **options):
    """Return the mean D² of quantiles, in the columns of a prediction."""
    columns = predicted.reshape(len(predicted), -1).T
    pairs = zip(columns, quantiles, strict=True)
    d2 = [d2_pinball_score(y, column, alpha=q, **options) for column, q in pairs]
    return float(np.mean(d2))
