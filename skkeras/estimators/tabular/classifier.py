"""The classifier for tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils import assert_all_finite
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d

from skkeras.ensembles.known_predictions import KnownProbabilities
from skkeras.estimators.data.weights import weights_by_label
from skkeras.estimators.one_fit import predicting
from skkeras.estimators.tabular.base import KerasTabular
from skkeras.estimators.tabular.member import Target
from skkeras.estimators.tabular.portfolio import OF_CLASSES
from skkeras.estimators.tabular.temperature import SMALLEST, best_temperature
from skkeras.estimators.typing import ClassWeight, RandomState
from skkeras.heads import classification_head, default_loss
from skkeras.layers import TemperatureScaling

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


class KerasTabularClassifier(ClassifierMixin, KerasTabular):
    """Nets for any table with classes, which choose their own regularisation.

    Takes a table as it is, with words, categories, dates and gaps, and needs no scaler,
    encoder or imputer. Its probabilities are calibrated on rows held out.

    Parameters
    ----------
    portfolio : list of dict, default=None
        The configurations to choose from, each a dict of ``encoding`` (``"plain"``,
        ``"piecewise"`` or ``"periodic"``), ``hidden_layer_sizes``, ``activation``,
        ``l2``, ``dropout``, ``learning_rate`` and ``feature_scale`` (whether each
        feature has a weight of its own); what is left out has its default.
        None takes those that served many tables.
    n_folds : int or "auto", default="auto"
        Inner folds. Each configuration is trained on all of them but one in turn.
        "auto": five up to 20,000 rows; of more rows, a fifth is held out once.
    n_members : int, default=25
        Most additions to the mean, so most configurations in it.
    epochs : int or "auto", default="auto"
        Passes of each net over its rows. "auto": 100 up to 10,000 rows, then fewer, by
        the root of their number: 50 for 40,000, 10 for a million.
    batch_size : int or "auto", default="auto"
        Rows in a gradient update. "auto": 32 below 8,000 rows, and then more, in
        proportion, up to 1,024.
    scoring : str or callable, default=None
        What members and weights are chosen by, as in
        :class:`~sklearn.model_selection.GridSearchCV`; None for the log loss.
    time_limit : float, default=None
        Seconds that `fit` should take at most. Where they are too few for all epochs,
        there are fewer, and most configurations stop early; but one epoch is trained
        however long it takes, and programs are compiled. None for no limit.
    categorical_features : array-like of {bool, int, str}, "from_dtype" or None, \
            default="from_dtype"
        Which columns hold categories, as
        :class:`~skkeras.preprocessing.TableEncoder` takes it.
    class_weight : dict or "balanced", default=None
        Weight of each class in the loss. Multiplies ``sample_weight``.
    random_state : int, RandomState instance or None, default=None
        Decides the inner folds, first weights and orders of rows.
    engine : {"auto", "keras"}, default="auto"
        ``"keras"`` forces ``Model.fit``.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Class labels.
    encoder_ : TableEncoder
        How each column of the table is encoded; its ``columns_`` says in words.
    members_ : list of TableNet
        The configurations in the mean.
    weights_ : ndarray of shape (n_members,)
        Their shares. The nets of one configuration, one a fold, share its weight.
    model_ : keras.Model
        All nets as one model, from an encoded table to probabilities.
    oof_predictions_ : ndarray
        Probabilities for each training row, by the nets that did not see it; NaN for
        rows that none held out.
    validation_score_ : float
        Score of these predictions before calibration: minus the log loss, unless
        ``scoring`` says otherwise.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of str
        Their names, where X had any.

    See Also
    --------
    KerasMLPClassifier : One perceptron, for scaled numbers.

    Notes
    -----
    The nets differ in their penalty and in how numbers enter [2]_. There is a compiled
    program for each of these ways, which trains all penalties on all inner folds. Then
    members are added to a mean one at a time, each time the one that makes the held-out
    predictions of the mean best [1]_; the nets of the folds are themselves the model,
    and nothing is trained again.

    Tables whose target jumps at thresholds of single columns are the domain of trees:
    compare with :class:`~sklearn.ensemble.HistGradientBoostingClassifier`.

    References
    ----------
    .. [1] R. Caruana, A. Niculescu-Mizil, G. Crew, A. Ksikes, "Ensemble Selection from
       Libraries of Models", ICML 2004.
    .. [2] Y. Gorishniy, I. Rubachev, A. Babenko, "On Embeddings for Numerical Features
       in Tabular Deep Learning", NeurIPS 2022.
    .. [3] C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger, "On Calibration of Modern Neural
       Networks", ICML 2017.

    Examples
    --------
    >>> import pandas as pd
    >>> from skkeras import KerasTabularClassifier
    >>> sizes = [1.0, 2.0, None, 4.0, 5.0, 6.0] * 10
    >>> X = pd.DataFrame({"size": sizes, "colour": ["red", "blue"] * 30})
    >>> y = ["small", "small", "small", "large", "large", "large"] * 10
    >>> model = KerasTabularClassifier(epochs=20, random_state=0).fit(X, y)
    >>> model.predict(X.head(2)).tolist()
    ['small', 'small']
    """

    _default_portfolio = OF_CLASSES
    classes_: np.ndarray

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
        class_weight: ClassWeight | None = None,
        random_state: RandomState = None,
        engine: str = "auto",
    ) -> None:
        super().__init__(
            portfolio=portfolio,
            n_folds=n_folds,
            n_members=n_members,
            epochs=epochs,
            batch_size=batch_size,
            scoring=scoring,
            time_limit=time_limit,
            categorical_features=categorical_features,
            random_state=random_state,
            engine=engine,
        )
        self.class_weight = class_weight

    def predict_proba(self, X: ArrayLike) -> np.ndarray:
        """Return the probability of each class.

        Parameters
        ----------
        X : {array-like, DataFrame} of shape (n_samples, n_features)
            A table with the columns of fit.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
        """
        return self._predicted(X)

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Return the most probable class.

        Parameters
        ----------
        X : {array-like, DataFrame} of shape (n_samples, n_features)
            A table with the columns of fit.

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        check_is_fitted(self)
        with predicting(self):
            return self.classes_[self.predict_proba(X).argmax(axis=1)]

    def _checked_target(self, y):
        y = column_or_1d(y, warn=True)
        assert_all_finite(y, input_name="y")
        check_classification_targets(y)
        self.classes_ = np.unique(y)
        return y

    def _weigh_classes(self, rows):
        if self.class_weight is None:
            return rows
        weights = weights_by_label(self.class_weight, rows.y, self.classes_)
        if rows.sample_weight is not None:
            weights = weights * rows.sample_weight
        return rows._replace(sample_weight=weights)

    def _decoded_target(self, y):
        return self.classes_[y[:, 0].astype(int)]

    def _known_predictions(self, outputs):
        return KnownProbabilities(self.classes_, self._as_predicted(outputs))

    def _codes(self, y):
        return np.searchsorted(self.classes_, y)

    def _encoded_target(self, y, weights):
        return self._codes(y).astype("float32")[:, None]

    def _target(self):
        n_classes = len(self.classes_)
        kind = "binary" if n_classes <= 2 else "multiclass"
        loss = default_loss(kind)
        return Target(*classification_head(kind, n_classes, loss), loss)

    def _last_layers(self, outputs, rows):
        """Return temperature scaling, where held-out rows show that it helps."""
        if len(self.classes_) == 1:
            return [], outputs
        codes = rows.y[:, 0].astype(int)
        held_out = self._as_predicted(outputs), codes, rows.sample_weight
        layer = TemperatureScaling(best_temperature(*held_out), name="temperature")
        return [layer], np.asarray(layer(outputs))

    def _as_predicted(self, outputs):
        if outputs.shape[1] > 1:
            return outputs / outputs.sum(axis=1, keepdims=True)
        if len(self.classes_) == 1:
            return np.ones_like(outputs)
        return np.hstack([1 - outputs, outputs])

    def _own_loss(self, held_out, rows):
        """Return the probabilities of the true classes, and the log loss."""
        codes = rows.y[:, 0].astype(int)
        if held_out.shape[2] > 1:
            true = np.take_along_axis(held_out, codes[None, :, None], axis=2)
        else:
            true = np.where(codes[None, :, None] == 1, held_out, 1 - held_out)
        weights = rows.sample_weight

        def log_loss(probabilities):
            losses = -np.log(np.maximum(probabilities[..., 0], SMALLEST))
            return np.average(losses, axis=1, weights=weights)

        return true, log_loss
