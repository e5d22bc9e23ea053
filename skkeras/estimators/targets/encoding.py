"""From labels to what the loss takes, and from raw outputs back to labels."""

from __future__ import annotations

from typing import Literal, Self

import keras
import numpy as np
from scipy.special import expit, softmax
from sklearn.preprocessing import StandardScaler

from skkeras.estimators.building.head import Head, check_classification_head
from skkeras.estimators.data.finite import floatx, narrowed
from skkeras.estimators.scikeras_parts import (
    OpenLabelEncoder,
    RegressorTargetEncoder,
)
from skkeras.heads import (
    BINARY_CROSSENTROPIES,
    CATEGORICAL_CROSSENTROPIES,
    CATEGORICAL_MARGINS,
    SPARSE_CROSSENTROPIES,
)

_FLOATS = (np.dtype(np.float32), np.dtype(np.float64))


class ClassificationTargetEncoder(OpenLabelEncoder):
    """Encodes labels for the loss a model is compiled with, and decodes its outputs.

    Until :meth:`fit_head` has seen the model, labels become class numbers, as in
    scikeras. After it: one-hot rows for the losses that compare distributions and for
    elementwise losses on several units, class numbers otherwise.

    Parameters
    ----------
    categories : "auto" or list of one ndarray of shape (n_classes,), default="auto"
        Every class there is; ``"auto"`` takes those in ``y``.

    Attributes
    ----------
    head_ : Head
        The model's last layer and loss.
    """

    head_: Head

    def __init__(self, categories: Literal["auto"] | list[np.ndarray] = "auto") -> None:
        super().__init__(loss=None, categories=categories)

    def fit_head(self, model: keras.Model) -> Self:
        """Adapt the encoding to a built and compiled model.

        Parameters
        ----------
        model : keras.Model
            With one output.

        Raises
        ------
        ValueError
            When the model's last layer or loss does not suit the classes.
        """
        head = Head.of(model)
        check_classification_head(head, self.target_type, self.n_classes_)
        self.head_ = head
        return self

    def transform(self, y: np.ndarray) -> np.ndarray:
        """Encode labels.

        Parameters
        ----------
        y : ndarray of shape (n_samples,) or (n_samples, n_labels)
            Labels seen in :meth:`fit`.

        Returns
        -------
        ndarray of shape (n_samples, 1) or (n_samples, n_units)
            Of Keras's float type.

        Raises
        ------
        ValueError
            When the model decides for one label a row, and rows have more, or none.
        """
        encoded = super().transform(y).astype(keras.config.floatx(), copy=False)
        if self.target_type == "multilabel-indicator":
            if hasattr(self, "head_") and self.one_label_a_row:
                _check_one_label_a_row(encoded)
            return encoded
        if not self._takes_one_hot:
            return encoded
        return np.eye(self.head_.units, dtype=encoded.dtype)[encoded[:, 0].astype(int)]

    @property
    def _takes_one_hot(self):
        head = getattr(self, "head_", None)
        if head is None:
            return False
        if head.loss in CATEGORICAL_CROSSENTROPIES | CATEGORICAL_MARGINS:
            return True
        by_number = head.loss is None or head.loss in SPARSE_CROSSENTROPIES
        return not by_number and head.units not in (None, 1)

    def labels(self, y: np.ndarray) -> np.ndarray:
        """Return the class of each row, where it has one.

        Parameters
        ----------
        y : ndarray of shape (n_samples,) or (n_samples, n_labels)
            Labels, or indicators.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_labels)
            The column of the 1 for one-hot rows, which the head tells from rows of
            several labels.
        """
        if self.target_type == "multilabel-indicator" and self.one_label_a_row:
            return y.argmax(axis=1)
        return y

    def inverse_transform(
        self, y: np.ndarray, return_proba: bool = False
    ) -> np.ndarray:
        """Decode raw outputs.

        Parameters
        ----------
        y : ndarray of shape (n_samples, n_units)
            Raw outputs of the model.
        return_proba : bool, default=False
            Whether to return probabilities in place of labels.

        Returns
        -------
        ndarray of shape (n_samples,), (n_samples, n_labels) or (n_samples, n_classes)
            Labels as they were given, or probabilities of the classes.
        """
        y = y.reshape(len(y), -1)
        if return_proba:
            return self._probabilities(y)
        if self.target_type == "multilabel-indicator":
            return self._indicators(y)
        return self.labels_of(self._codes(y))

    def _indicators(self, y):
        """Decide on each label, as integers whatever type they came in."""
        if self.one_label_a_row:
            return np.eye(self.n_classes_, dtype=int)[y.argmax(axis=1)]
        return (y > self.head_.separates_at).astype(int)

    @property
    def one_label_a_row(self) -> bool:
        """Whether each row of indicators has one label, as the head says."""
        return (
            self.head_.activation == "softmax"
            or self.head_.loss in CATEGORICAL_CROSSENTROPIES | CATEGORICAL_MARGINS
        )

    def _codes(self, y):
        if self.n_classes_ == 1:
            return np.zeros(len(y), dtype=int)
        if y.shape[1] == 1:
            return (y[:, 0] > self.head_.separates_at).astype(int)
        return y.argmax(axis=1)

    def _probabilities(self, y):
        is_multilabel = self.target_type == "multilabel-indicator"
        if self.n_classes_ == 1 and not is_multilabel:
            return np.ones((len(y), 1), dtype=y.dtype)
        one_class_each = not (is_multilabel and not self.one_label_a_row)
        independent_units = (
            y.shape[1] == 1
            or not one_class_each
            or self.head_.loss in BINARY_CROSSENTROPIES
        )
        if self.head_.takes_logits:
            y = expit(y) if independent_units else softmax(y, axis=1)
        if y.shape[1] == 1:
            return np.column_stack([1 - y, y])
        # In float64, float32's rounding already makes rows not sum to one.
        return y / y.sum(axis=1, keepdims=True) if one_class_each else y

    def margin(self, y: np.ndarray) -> np.ndarray:
        """Compute signed distances from the decision.

        Parameters
        ----------
        y : ndarray of shape (n_samples, n_units)
            Raw outputs of the model.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_classes)
            Positive for the second class of two, largest for the class decided.
        """
        y = y.reshape(len(y), -1)
        if self.n_classes_ == 2 and self.target_type == "binary":
            return y[:, 0] if y.shape[1] == 1 else y[:, 1] - y[:, 0]
        return y


def _check_one_label_a_row(rows):
    n_others = int(np.sum(rows.sum(axis=1) != 1))
    if n_others:
        raise ValueError(
            "The loss or the last layer decides for one label a row, but "
            f"{n_others} of {len(rows)} rows of y have several, or none: use "
            "loss='binary_crossentropy' and, in a model of your own, "
            f"Dense({rows.shape[1]}, activation='sigmoid')."
        )


class RegressionTargetEncoder(RegressorTargetEncoder):
    """Reshapes targets for the model, and predictions back to the targets' shape."""

    def transform(self, y: np.ndarray) -> np.ndarray:
        """Return targets as columns.

        Parameters
        ----------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Targets.

        Returns
        -------
        ndarray of shape (n_samples, n_outputs)
            Of Keras's float type.
        """
        columns = super().transform(y).reshape(len(y), -1)
        return narrowed(columns, floatx(), "y")

    def inverse_transform(self, y: np.ndarray) -> np.ndarray:
        """Return predictions in the targets' shape.

        Parameters
        ----------
        y : ndarray of shape (n_samples, n_outputs) or (n_samples, n_quantiles)
            Raw outputs of the model.

        Returns
        -------
        ndarray of shape (n_samples,), (n_samples, n_outputs) or (n_samples, \
n_quantiles)
            Predictions; several of one target are its quantiles.
        """
        are_quantiles = self.n_outputs_ == 1 and y.ndim == 2 and y.shape[1] > 1
        return y if are_quantiles else super().inverse_transform(y)


class StandardizedTargetEncoder(RegressionTargetEncoder):
    """Scales targets to mean 0 and variance 1 for training, and predictions back."""

    scaler_: StandardScaler

    def fit(self, y: np.ndarray, sample_weight: np.ndarray | None = None) -> Self:
        """Learn the mean and the scale of each target, of weighted rows if need be."""
        super().fit(y)
        columns = y.reshape(len(y), -1)
        narrowed(columns, floatx(), "y")  # predictions in y's unit are such numbers
        self.scaler_ = StandardScaler().fit(columns, sample_weight=sample_weight)
        return self

    def transform(self, y: np.ndarray) -> np.ndarray:
        """Return targets as standardized columns.

        Parameters
        ----------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Targets.

        Returns
        -------
        ndarray of shape (n_samples, n_outputs)
            Of Keras's float type.
        """
        return super().transform(self.scaler_.transform(y.reshape(len(y), -1)))

    def inverse_transform(self, y: np.ndarray) -> np.ndarray:
        """Return predictions in the targets' unit and shape.

        Parameters
        ----------
        y : ndarray of shape (n_samples, n_outputs) or (n_samples, n_quantiles)
            Raw outputs of the model.

        Returns
        -------
        ndarray of shape (n_samples,), (n_samples, n_outputs) or (n_samples, \
n_quantiles)
            Predictions.
        """
        return super().inverse_transform(self._in_unit(y))

    def _in_unit(self, y):
        """Return what the scaler does, which takes longer than a small net predicts."""
        if y.ndim != 2 or y.dtype not in _FLOATS or not np.isfinite(y).all():
            return self.scaler_.inverse_transform(y)
        scaler, dtype = self.scaler_, y.dtype
        return y * scaler.scale_.astype(dtype) + scaler.mean_.astype(dtype)
