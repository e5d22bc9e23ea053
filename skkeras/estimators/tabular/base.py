"""What the estimators for tables share: from a table to an ensemble of nets."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Self

import keras
import numpy as np
from sklearn.base import BaseEstimator
from sklearn.metrics import get_scorer_names
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from skkeras import training
from skkeras.ensembles.greedy_weights import best_members, greedy_weights
from skkeras.ensembles.known_predictions import loss_by
from skkeras.estimators.data.finite import warn_of_divergence
from skkeras.estimators.data.rows import Rows
from skkeras.estimators.data.weights import checked_weights, of_mean_one, weighted_rows
from skkeras.estimators.one_fit import fitting, predicting
from skkeras.estimators.randomness import draw_seed
from skkeras.estimators.saving.estimator_file import Saving
from skkeras.estimators.tabular.course import Course
from skkeras.estimators.tabular.joint_model import joint_model
from skkeras.estimators.tabular.member import Columns
from skkeras.estimators.tabular.plan import batch_size_of, epochs_of, folds_of
from skkeras.estimators.tabular.population import TablePopulation, held_out_rows
from skkeras.estimators.tabular.portfolio import TableNet, as_portfolio
from skkeras.estimators.typing import RandomState
from skkeras.preprocessing import PiecewiseLinear, TableEncoder
from skkeras.sklearn_internals import (
    Interval,  # pyright: ignore[reportAttributeAccessIssue]
    StrOptions,  # pyright: ignore[reportAttributeAccessIssue]
    check_parameters,
    constrained,
    safe_indexing,  # pyright: ignore[reportAttributeAccessIssue]
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from sklearn.utils import Tags


_ROWS_OF_QUANTILES = 50_000
# Weights times rows times epochs from which dropping configurations early pays.
_WORTH_A_RUNG = 4e11


@constrained(
    portfolio=["array-like", None],
    n_folds=[Interval(Integral, 2, None, closed="left"), StrOptions({"auto"})],
    n_members=[Interval(Integral, 1, None, closed="left")],
    epochs=[Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
    batch_size=[Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
    scoring=[StrOptions(set(get_scorer_names())), callable, None],
    time_limit=[Interval(Real, 0, None, closed="neither"), None],
    categorical_features=["array-like", StrOptions({"from_dtype"}), None],
    random_state=["random_state"],
    engine=[StrOptions({"auto", "keras"})],
)
class KerasTabular(Saving, BaseEstimator):
    """Base of the estimators for tables.

    A subclass learns the target, and says what the nets predict and what is judged.
    """

    _default_portfolio: Sequence[TableNet]
    encoder_: TableEncoder
    members_: list[TableNet]
    weights_: np.ndarray
    oof_predictions_: np.ndarray
    validation_score_: float
    n_features_in_: int
    feature_names_in_: np.ndarray

    def __init__(
        self,
        *,
        portfolio: Sequence[Mapping[str, Any]] | None = None,
        n_folds: int | str = "auto",
        n_members: int = 25,
        epochs: int | str = "auto",
        batch_size: int | str = "auto",
        scoring: str | Callable[..., float] | None = None,
        time_limit: float | None = None,
        categorical_features: ArrayLike | str | None = "from_dtype",
        random_state: RandomState = None,
        engine: str = "auto",
    ) -> None:
        self.portfolio = portfolio
        self.n_folds = n_folds
        self.n_members = n_members
        self.epochs = epochs
        self.batch_size = batch_size
        self.scoring = scoring
        self.time_limit = time_limit
        self.categorical_features = categorical_features
        self.random_state = random_state
        self.engine = engine

    def fit(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Train the portfolio on inner folds, and weigh its nets.

        Parameters
        ----------
        X : {array-like, DataFrame} of shape (n_samples, n_features)
            The table: numbers, words, categories, booleans, dates, with gaps.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Targets.
        sample_weight : array-like of shape (n_samples,), default=None
            How much more one row counts than another.

        Returns
        -------
        self : estimator instance
            The fitted estimator.
        """
        check_parameters(self)
        before = dict(self.__dict__)
        with fitting(self):
            try:
                self._fit(X, y, sample_weight)
            except BaseException:
                # Classes of this call and a model of the last would not fit each other.
                self.__dict__ = before
                raise
        return self

    def _fit(self, X, y, sample_weight):
        limit = self.time_limit
        deadline = None if limit is None else time.monotonic() + limit
        portfolio = as_portfolio(self.portfolio, self._default_portfolio)
        if y is None:
            raise ValueError(
                f"This {type(self).__name__} estimator requires y to be passed, but "
                "the target y is None."
            )
        y = self._checked_target(y)
        check_consistent_length(X, y)
        n_rows = len(y)
        kept, y, weights = self._rows_that_weigh(y, sample_weight)
        encoder = TableEncoder(categorical_features=self.categorical_features)
        x = encoder.fit_transform(X if len(kept) == n_rows else safe_indexing(X, kept))
        if len(x) < 2:
            raise ValueError(
                f"{type(self).__name__} holds rows out to choose by: it needs at "
                f"least 2, and there is n_samples={len(x)}."
            )
        x = training.lay_out(x)  # no second copy while the nets are trained
        rows = Rows(x, self._encoded_target(y, weights), weights)
        rng = check_random_state(draw_seed(self.random_state))
        folds = folds_of(self.n_folds, len(x), self._codes(y), rng)
        seeds = rng.randint(2**31 - 1, size=len(folds)).tolist()
        target = self._target()
        population = TablePopulation(
            portfolio,
            rows,
            folds,
            _columns(encoder, x, rng),
            target,
            seeds,
            self.engine,
        )
        at = held_out_rows(folds)
        # The table's columns only for who is asked to score them: they are many.
        judged = rows._replace(X=None) if self.scoring is None else rows
        held_out = judged.take(at)
        candidates = population.train(
            self._course(population, len(x), deadline),
            batch_size_of(self.batch_size, len(x)),
            lambda found, n_kept: best_members(*self._judged(found, held_out), n_kept),
        )
        self._adopt(encoder)
        self.oof_predictions_ = _spread(self._weigh(candidates, held_out), at, len(x))

    def _course(self, population, n_rows, deadline):
        epochs = epochs_of(self.epochs, n_rows)
        has_rung = population.n_weights * n_rows * epochs >= _WORTH_A_RUNG
        return Course(epochs, population.n_configurations, has_rung, deadline)

    def _rows_that_weigh(self, y, sample_weight):
        """Return numbers, targets and weights, of mean 1, of rows with a weight."""
        rows = Rows(np.arange(len(y)), y, checked_weights(y, sample_weight))
        return of_mean_one(weighted_rows(self._weigh_classes(weighted_rows(rows))))

    def _all_params(self):
        return self.get_params(deep=False)

    def _adopt(self, encoder):
        self.encoder_ = encoder
        self.n_features_in_ = encoder.n_features_in_
        vars(self).pop("feature_names_in_", None)
        if hasattr(encoder, "feature_names_in_"):
            self.feature_names_in_ = encoder.feature_names_in_

    def _weigh(self, candidates, rows):
        """Weigh the configurations by what they predict for rows held out.

        Returns
        -------
        ndarray
            The joint prediction of these rows.
        """
        portfolio, nets, found = candidates
        judged, loss = self._judged(found, rows)
        weights = greedy_weights(judged, loss, self.n_members)
        chosen = np.flatnonzero(weights)
        self.members_ = [portfolio[i] for i in chosen]
        self.weights_ = weights[chosen]
        outputs = _weighted_mean(weights, found)
        layers, outputs = self._last_layers(outputs, rows)
        mean = _weighted_mean(weights, judged)
        self.validation_score_ = -float(loss(mean[None])[0])
        if not np.isfinite(self.validation_score_):
            warn_of_divergence(self, "predictions of held-out rows")
        self.model_ = joint_model(
            self.members_, self.weights_, [nets[i] for i in chosen], layers
        )
        self._kept_predictor = training.UnchangedModel(self.model_)
        return self._as_predicted(outputs)

    def _judged(self, found, rows):
        """Return what predictions are judged by, and the loss of it."""
        if self.scoring is None:
            return self._own_loss(found, rows)
        targets, weights = self._decoded_target(rows.y), rows.sample_weight
        params = {} if weights is None else {"sample_weight": weights}
        return found, loss_by(
            self.scoring, self._known_predictions, rows.X, targets, params
        )

    def _weigh_classes(self, rows):
        return rows

    def _codes(self, y):
        return None

    def _predicted(self, X):
        check_is_fitted(self)
        with predicting(self):
            table = self.encoder_.transform(X)
            return self._as_predicted(training.predict(self._predictor, table))

    @property
    def model_(self) -> keras.Model:
        """All nets as one model, from an encoded table to predictions."""
        try:
            model = vars(self)["model_"]
        except KeyError:
            raise AttributeError(
                f"{type(self).__name__!r} object has no attribute 'model_'"
            ) from None
        training.mark_as_called(model)  # which neither joining nor reading a file is
        return model

    @model_.setter
    def model_(self, model: keras.Model) -> None:
        self.__dict__["model_"] = model

    @property
    def _predictor(self):
        """The model as one that stays as it is; made anew where it was replaced."""
        kept = vars(self).get("_kept_predictor")
        if kept is None or kept.prototype is not self.model_:
            self._kept_predictor = kept = training.UnchangedModel(self.model_)
        return kept

    def __getstate__(self) -> dict[str, Any]:
        state: Any = super().__getstate__()
        state.pop("_kept_predictor", None)
        return state

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        return tags


def _weighted_mean(weights, predictions):
    """Return the mean of those with a weight: others need not be finite."""
    chosen = np.flatnonzero(weights)
    return np.tensordot(weights[chosen], predictions[chosen], axes=1)


def _columns(encoder, x, rng):
    n_numbers, n_rows = encoder.n_numbers_, len(x)
    edges = []
    if n_numbers:
        if n_rows > _ROWS_OF_QUANTILES:
            x = x[np.sort(rng.choice(n_rows, _ROWS_OF_QUANTILES, replace=False))]
        edges = PiecewiseLinear().fit(x[:, :n_numbers]).bin_edges_
    return Columns(n_numbers, encoder.n_flags_, encoder.cardinalities_, edges)


def _spread(predictions, at, n_rows):
    """Return predictions of some rows, and NaN for the others."""
    if len(at) == n_rows:
        return predictions
    spread = np.full((n_rows, *predictions.shape[1:]), np.nan)
    spread[at] = predictions
    return spread
