"""What a classifier adds: classes, decisions, probabilities, class weights."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from keras.utils import PyDataset
from numpy.typing import ArrayLike
from sklearn.base import ClassifierMixin
from sklearn.metrics import accuracy_score
from sklearn.utils.class_weight import compute_class_weight, compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted, column_or_1d

from skkeras.estimators.available import available_if
from skkeras.estimators.base import KerasEstimator
from skkeras.estimators.data.weights import weights_by_indicators, weights_by_label
from skkeras.estimators.one_fit import predicting
from skkeras.estimators.targets.encoding import ClassificationTargetEncoder
from skkeras.estimators.typing import Features, TrainingRows
from skkeras.heads import (
    CATEGORICAL_MARGINS,
    CROSSENTROPIES,
    HINGES,
    MEAN_LOSSES,
    from_logits,
    loss_name,
)

if TYPE_CHECKING:
    from sklearn.utils import Tags


def _loss_promises(estimator, what):
    """Return whether the compiled loss, or ``loss=`` before fit, gives ``what``."""
    encoder = getattr(estimator, "target_encoder_", None)
    if hasattr(encoder, "head_"):
        head = encoder.head_
        wants_margin = what == "margin"
        return head.gives_margin if wants_margin else head.gives_probabilities
    if encoder is not None:
        return what == "probabilities"
    loss = estimator.loss
    if loss is None or isinstance(loss, list | tuple | dict):
        return what == "probabilities"
    name = loss_name(loss)
    if what == "probabilities":
        return name is None or name in CROSSENTROPIES | MEAN_LOSSES
    return name in HINGES | CATEGORICAL_MARGINS or from_logits(loss)


def _has_probabilities(estimator):
    if _loss_promises(estimator, "probabilities"):
        return True
    raise AttributeError(
        f"This {type(estimator).__name__} has no predict_proba: its loss does not "
        "train the model to give probabilities. Use a cross-entropy, or "
        "CalibratedClassifierCV around it."
    )


def _has_margin(estimator):
    if _loss_promises(estimator, "margin"):
        return True
    raise AttributeError(
        f"This {type(estimator).__name__} has no decision_function: only the hinge "
        "losses and those with from_logits=True give a margin. Use predict_proba."
    )


class KerasClassification(ClassifierMixin, KerasEstimator):
    """Base of the classifiers."""

    classes_: np.ndarray
    n_classes_: int

    score = KerasEstimator.score  # not the mixin's, which knows no ``scorer``

    @staticmethod
    def scorer(y_true: np.ndarray, y_pred: np.ndarray, **kwargs: Any) -> float:
        """Score used by ``score``: accuracy; override it for another.

        Parameters
        ----------
        y_true, y_pred : ndarray of shape (n_samples,) or (n_samples, n_labels)
            True and predicted labels.
        **kwargs : dict
            ``sample_weight``, and what is routed as ``score__...``.

        Returns
        -------
        float
            Share of the rows predicted right.
        """
        return accuracy_score(y_true, y_pred, **kwargs)

    @property
    def target_encoder(self) -> Any:
        """Transformer of labels into what the loss takes; override it for your own.

        Returns
        -------
        transformer
            Its ``inverse_transform`` takes the raw outputs and, as a keyword,
            ``return_proba``.
        """
        classes = getattr(self, "_classes_given", None)
        return ClassificationTargetEncoder("auto" if classes is None else [classes])

    def partial_fit(  # pyright: ignore[reportIncompatibleMethodOverride]
        self,
        X: TrainingRows,
        y: ArrayLike | None = None,
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
        **fit_params: Any,
    ) -> Self:
        """Train one more epoch, from the model and the history as they are.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features, ...), dict \
or keras.utils.PyDataset
            Training rows, as in fit.
        y : array-like of shape (n_samples,) or (n_samples, n_labels)
            Labels.
        classes : array-like of shape (n_classes,), default=None
            Every class there is, of use in the first call; those in its y by default.
            Later calls may only repeat them.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows, in the unit of the first call: the mean weight of
            the rows that the model was built for counts as 1, here and there.
        **fit_params : dict
            Arguments of ``Model.fit`` for this call alone.

        Returns
        -------
        self : estimator instance
            The fitted classifier.
        """
        if classes is not None:
            self._take_classes(np.unique(classes))
        class_weight = fit_params.get("class_weight", getattr(self, "class_weight", 0))
        if isinstance(class_weight, str) and not isinstance(X, PyDataset):
            raise ValueError(
                f"class_weight={class_weight!r} is not for partial_fit, which sees a "
                "part of the rows: compute the weights from all labels, "
                "compute_class_weight('balanced', classes=classes, y=y), and give them "
                "as a dict."
            )
        try:
            return super().partial_fit(X, y, sample_weight, **fit_params)
        finally:
            self.__dict__.pop("_classes_given", None)

    def _take_classes(self, classes):
        if not self.initialized_:
            self._classes_given = classes
            return
        known = getattr(self, "classes_", None)
        is_labels = self.target_type_ != "multilabel-indicator"
        if known is not None and is_labels and not np.array_equal(classes, known):
            raise ValueError(
                f"classes={classes.tolist()} are not those of the model, "
                f"{np.asarray(known).tolist()}: give the same classes in every call of "
                "partial_fit, or call fit for a new model."
            )

    def _check_X_y(self, X, y, reset):
        if isinstance(y, np.ndarray) and y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        return super()._check_X_y(X, y, reset)

    def _learn_target(self, y, weights=None):
        has_own_encoder = type(self.target_encoder) is not ClassificationTargetEncoder
        self.target_type_ = type_of_target(y, input_name="y")
        if not has_own_encoder:
            check_classification_targets(y)
            self._refuse_multioutput()
        classes = getattr(self, "_classes_given", None)
        if classes is not None and self.target_type_ == "binary":
            self.target_type_ = type_of_target(classes)
        super()._learn_target(y, weights)
        if getattr(self, "n_classes_", None) == 1:
            warnings.warn(
                f"y has one class only, {self.classes_.tolist()[0]!r}: every "
                "prediction will be that class.",
                UserWarning,
                stacklevel=2,
            )

    def _refuse_multioutput(self):
        if self.target_type_ == "multiclass-multioutput":
            raise ValueError(
                "y has several columns of classes (multiclass-multioutput). Wrap the "
                "estimator in sklearn.multioutput.MultiOutputClassifier, or override "
                "target_encoder to give a model of several outputs one target each."
            )

    def _check_model(self, model):
        super()._check_model(model)
        if isinstance(self.target_encoder_, ClassificationTargetEncoder):
            self.target_encoder_.fit_head(model)

    def _weigh_classes(self, rows, class_weight):
        if class_weight is None:
            return rows
        self._check_known(rows.y)
        weights = self._weights_by_class(class_weight, rows.y)
        if rows.sample_weight is not None:
            weights = weights * rows.sample_weight
        return rows._replace(sample_weight=weights)

    def _weights_by_class(self, class_weight, y):
        if not isinstance(self.target_encoder_, ClassificationTargetEncoder):
            return compute_sample_weight(class_weight, y)
        labels = self.target_encoder_.labels(y)
        if labels.ndim == 1:
            return weights_by_label(class_weight, labels, self.classes_)
        return weights_by_indicators(class_weight, labels)

    def _class_weights_for(self, class_weight, y):
        """Return numbers in place of a name, for targets that come in parts."""
        labels = self.target_encoder_.labels(y)
        columns = [labels] if labels.ndim == 1 else labels.T
        found = []
        for column in columns:
            classes = np.unique(column)
            weights = compute_class_weight(class_weight, classes=classes, y=column)
            found.append(dict(zip(classes.tolist(), weights, strict=True)))
        return found[0] if labels.ndim == 1 else found

    def _check_known(self, y):
        classes = getattr(self, "classes_", None)
        is_labels = y.ndim == 1 or y.shape[1] == 1
        if classes is None or not is_labels:
            return
        unseen = np.setdiff1d(np.unique(y), classes)
        if len(unseen):
            raise ValueError(
                f"y has classes that were not seen in fit: {unseen.tolist()}; fit saw "
                f"{np.asarray(classes).tolist()}. Stratify the split, or pass classes= "
                "to partial_fit."
            )

    def _encode(self, X, y, sample_weight=None):
        self._check_known(y)
        return super()._encode(X, y, sample_weight)

    @available_if(_has_probabilities)
    def predict_proba(self, X: Features, **predict_params: Any) -> np.ndarray:
        """Predict class probabilities.

        Absent where the loss does not train the model to give any (the hinge family,
        the mean absolute error, and so on).

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features, ...) or dict
            Rows to predict for.
        **predict_params : dict
            Arguments of ``Model.predict``, such as ``batch_size``.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            In the order of ``classes_``, rows summing to 1; for a matrix of labels,
            the probability of each label.
        """
        with predicting(self):
            raw = self._predict_raw(X, predict_params)
            return self.target_encoder_.inverse_transform(raw, return_proba=True)

    @available_if(_has_probabilities)
    def predict_log_proba(self, X: Features, **predict_params: Any) -> np.ndarray:
        """Predict logarithms of class probabilities.

        Absent where `predict_proba` is.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features, ...) or dict
            Rows to predict for.
        **predict_params : dict
            Arguments of ``Model.predict``, such as ``batch_size``.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            In the order of ``classes_``; minus infinity for a probability of 0.
        """
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X, **predict_params))

    @available_if(_has_margin)
    def decision_function(self, X: Features, **predict_params: Any) -> np.ndarray:
        """Compute signed distances from the decision, for losses that give a margin.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features, ...) or dict
            Rows to predict for.
        **predict_params : dict
            Arguments of ``Model.predict``, such as ``batch_size``.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_classes)
            For two classes, above 0 means ``classes_[1]``.
        """
        check_is_fitted(self, "_fit_model")
        with predicting(self):
            return self.target_encoder_.margin(self._predict_raw(X, predict_params))

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        tags.classifier_tags.poor_score = self._trains_one_epoch()
        return tags
