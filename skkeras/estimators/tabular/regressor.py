"""The regressor for tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
import numpy as np
from sklearn.base import RegressorMixin
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_array

from skkeras.ensembles.known_predictions import KnownTargets
from skkeras.estimators.tabular.base import KerasTabular
from skkeras.estimators.tabular.member import Target
from skkeras.estimators.tabular.portfolio import OF_NUMBERS
from skkeras.heads import default_loss, regression_head

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from sklearn.utils import Tags


class KerasTabularRegressor(RegressorMixin, KerasTabular):
    """Nets for any table with numbers to predict, which choose their regularisation.

    Takes a table as it is, with words, categories, dates and gaps, and needs no scaler,
    encoder or imputer; targets are standardized for training.

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
        :class:`~sklearn.model_selection.GridSearchCV`; None for the mean squared error.
    time_limit : float, default=None
        Seconds that `fit` should take at most. Where they are too few for all epochs,
        there are fewer, and most configurations stop early; but one epoch is trained
        however long it takes, and programs are compiled. None for no limit.
    categorical_features : array-like of {bool, int, str}, "from_dtype" or None, \
            default="from_dtype"
        Which columns hold categories, as
        :class:`~skkeras.preprocessing.TableEncoder` takes it.
    random_state : int, RandomState instance or None, default=None
        Decides the inner folds, first weights and orders of rows.
    engine : {"auto", "keras"}, default="auto"
        ``"keras"`` forces ``Model.fit``.

    Attributes
    ----------
    encoder_ : TableEncoder
        How each column of the table is encoded; its ``columns_`` says in words.
    members_ : list of TableNet
        The configurations in the mean.
    weights_ : ndarray of shape (n_members,)
        Their shares. The nets of one configuration, one a fold, share its weight.
    model_ : keras.Model
        All nets as one model, from an encoded table to targets in their unit.
    oof_predictions_ : ndarray
        Predicted targets for each training row, by the nets that did not see it; NaN
        for rows that none held out.
    validation_score_ : float
        Score of these predictions: minus the mean squared error, in standardized
        targets, unless ``scoring`` says otherwise.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of str
        Their names, where X had any.
    n_outputs_ : int
        Number of targets.

    See Also
    --------
    KerasMLPRegressor : One perceptron, for scaled numbers.

    Notes
    -----
    The nets differ in their penalty and in how numbers enter [2]_. There is a compiled
    program for each of these ways, which trains all penalties on all inner folds. Then
    members are added to a mean one at a time, each time the one that makes the held-out
    predictions of the mean best [1]_; the nets of the folds are themselves the model,
    and nothing is trained again.

    Tables whose target jumps at thresholds of single columns are the domain of trees:
    compare with :class:`~sklearn.ensemble.HistGradientBoostingRegressor`.

    References
    ----------
    .. [1] R. Caruana, A. Niculescu-Mizil, G. Crew, A. Ksikes, "Ensemble Selection from
       Libraries of Models", ICML 2004.
    .. [2] Y. Gorishniy, I. Rubachev, A. Babenko, "On Embeddings for Numerical Features
       in Tabular Deep Learning", NeurIPS 2022.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skkeras import KerasTabularRegressor
    >>> X, y = load_diabetes(return_X_y=True, as_frame=True)
    >>> model = KerasTabularRegressor(epochs=20, random_state=0).fit(X, y)
    >>> bool(model.score(X, y) > 0.5)
    True
    """

    _default_portfolio = OF_NUMBERS
    n_outputs_: int
    target_scaler_: StandardScaler
    y_ndim_: int

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Return the predicted targets.

        Parameters
        ----------
        X : {array-like, DataFrame} of shape (n_samples, n_features)
            A table with the columns of fit.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_outputs)
            In the target's unit and shape.
        """
        return self._predicted(X)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def _checked_target(self, y):
        y = check_array(y, ensure_2d=False, dtype="numeric", input_name="y")
        self.y_ndim_ = y.ndim
        y = y.reshape(len(y), -1).astype(float)
        self.n_outputs_ = y.shape[1]
        return y

    def _encoded_target(self, y, weights):
        self.target_scaler_ = StandardScaler().fit(y, sample_weight=weights)
        return self.target_scaler_.transform(y).astype("float32")

    def _decoded_target(self, y):
        targets = self.target_scaler_.inverse_transform(y)
        return targets[:, 0] if self.y_ndim_ == 1 else targets

    def _known_predictions(self, outputs):
        outputs = self.target_scaler_.inverse_transform(outputs)
        return KnownTargets(self._as_predicted(outputs))

    def _target(self):
        loss = default_loss("continuous")
        return Target(*regression_head(self.n_outputs_, loss), loss)

    def _last_layers(self, outputs, rows):
        scaler = self.target_scaler_
        scale, mean = scaler.scale_.tolist(), scaler.mean_.tolist()
        unit = keras.layers.Rescaling(scale, mean, name="unit")
        return [unit], scaler.inverse_transform(outputs)

    def _as_predicted(self, outputs):
        outputs = outputs.astype(np.float64)
        return outputs[:, 0] if self.y_ndim_ == 1 else outputs

    def _own_loss(self, held_out, rows):
        """Return the predictions, and their mean squared error."""

        def squared_error(predictions):
            errors = np.mean((predictions - rows.y) ** 2, axis=2)
            return np.average(errors, axis=1, weights=rows.sample_weight)

        return held_out, squared_error
