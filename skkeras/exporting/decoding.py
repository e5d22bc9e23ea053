"""From a net's outputs to labels, probabilities and targets, as estimators decode."""

from __future__ import annotations

from typing import Any

import numpy as np

from skkeras.estimators.targets.encoding import (
    ClassificationTargetEncoder,
    RegressionTargetEncoder,
    StandardizedTargetEncoder,
)
from skkeras.exporting.nodes import DOUBLE, INT64, Nodes
from skkeras.heads import BINARY_CROSSENTROPIES


def numbers_of(nodes: Nodes, raw: str, encoder: Any) -> str:
    """Decode the outputs of a regressor's net.

    Parameters
    ----------
    nodes : Nodes
        Where to.
    raw : str
        Of shape (n_samples, n_outputs), of double precision.
    encoder : RegressionTargetEncoder
        Fitted.

    Returns
    -------
    str
        Targets in their unit, of the same shape.

    Raises
    ------
    ValueError
        When the encoder is of the user's own.
    """
    if type(encoder) is StandardizedTargetEncoder:
        scaled = nodes.add("Mul", raw, nodes.constant(encoder.scaler_.scale_[None]))
        return nodes.add("Add", scaled, nodes.constant(encoder.scaler_.mean_[None]))
    if type(encoder) is RegressionTargetEncoder:
        return raw
    raise ValueError(_own_encoder(encoder))


def check_decodable(encoder: Any) -> None:
    """Raise `ValueError` where a classifier's target encoder is of the user's own."""
    if type(encoder) is not ClassificationTargetEncoder:
        raise ValueError(_own_encoder(encoder))


def _own_encoder(encoder):
    return (
        f"its target_encoder is {type(encoder).__name__}, whose Python code has no "
        "counterpart in ONNX. Export est.model_ alone: "
        "est.model_.export('net.onnx', format='onnx')"
    )


def labels_of(nodes: Nodes, raw: str, n_units: int, encoder: Any) -> str:
    """Decide on classes, or on each of several labels.

    Parameters
    ----------
    nodes : Nodes
        Where to.
    raw : str
        Of shape (n_samples, n_units), of double precision.
    n_units : int
        Of the net's last layer.
    encoder : ClassificationTargetEncoder
        Fitted.

    Returns
    -------
    str
        Of shape (n_samples,) or (n_samples, n_labels).
    """
    if encoder.target_type == "multilabel-indicator":
        if encoder.one_label_a_row:
            best = nodes.add("ArgMax", raw, axis=1, keepdims=1)
            places = nodes.constant(np.arange(encoder.n_classes_)[None], np.int64)
            return nodes.cast(nodes.add("Equal", best, places), INT64)
        return _above(nodes, raw, encoder.head_.separates_at)
    if encoder.n_classes_ > 1 and n_units == 1:
        codes = _above(nodes, raw, encoder.head_.separates_at)
        codes = nodes.reshape(codes, -1)
    else:
        first = nodes.columns(raw, np.arange(min(n_units, encoder.n_classes_)))
        codes = nodes.add("ArgMax", first, axis=1, keepdims=0)
    return classes_at(nodes, codes, encoder.classes_)


def _above(nodes, raw, threshold):
    threshold = nodes.constant([[threshold]], np.float64)
    return nodes.cast(nodes.add("Greater", raw, threshold), INT64)


def classes_at(nodes: Nodes, codes: str, classes: Any) -> str:
    """Return classes by their places.

    Parameters
    ----------
    nodes : Nodes
        Where to.
    codes : str
        Places, of shape (n_samples,).
    classes : array-like of shape (n_classes,)
        Labels.

    Returns
    -------
    str
        As whole numbers or words.
    """
    return nodes.add("Gather", nodes.constant(as_labels(classes)), codes, axis=0)


def as_labels(classes: Any) -> np.ndarray:
    """Return classes as whole numbers or words, which ONNX has for labels.

    Raises
    ------
    ValueError
        Where they are neither.
    """
    classes = np.asarray(classes)
    if classes.dtype.kind in "biuf":
        whole = classes.astype(np.int64)
        if (whole == classes).all():
            return whole
    elif all(isinstance(label, str) for label in classes.tolist()):
        return classes.astype(object)
    raise ValueError(
        f"its classes {classes.tolist()!r:.100} are neither whole numbers nor words"
    )


def probabilities_of(nodes: Nodes, raw: str, n_units: int, encoder: Any) -> str:
    """Compute the probabilities of classes, or of each of several labels.

    Parameters
    ----------
    nodes : Nodes
        Where to.
    raw : str
        Of shape (n_samples, n_units), of double precision.
    n_units : int
        Of the net's last layer.
    encoder : ClassificationTargetEncoder
        Fitted.

    Returns
    -------
    str
        Of shape (n_samples, n_classes).
    """
    is_multilabel = encoder.target_type == "multilabel-indicator"
    if encoder.n_classes_ == 1 and not is_multilabel:
        first = nodes.columns(raw, [0])
        return nodes.add("Exp", nodes.add("Mul", first, nodes.constant([[0.0]])))
    one_class_each = not is_multilabel or encoder.one_label_a_row
    independent = (
        n_units == 1
        or not one_class_each
        or encoder.head_.loss in BINARY_CROSSENTROPIES
    )
    if encoder.head_.takes_logits:
        raw = _sigmoid(nodes, raw) if independent else nodes.add("Softmax", raw, axis=1)
    if n_units == 1:
        other = nodes.add("Sub", nodes.constant([[1.0]]), raw)
        return nodes.concat([other, raw])
    return of_sum_one(nodes, raw) if one_class_each else raw


def of_sum_one(nodes: Nodes, rows: str) -> str:
    """Divide each row by its sum."""
    total = nodes.add("ReduceSum", rows, nodes.constant([1], np.int64), keepdims=1)
    return nodes.add("Div", rows, total)


def _sigmoid(nodes, logits):
    return nodes.add("Sigmoid", logits)


def margin_of(nodes: Nodes, raw: str, n_units: int, encoder: Any) -> str:
    """Compute signed distances from the decision.

    Parameters
    ----------
    nodes : Nodes
        Where to.
    raw : str
        Of shape (n_samples, n_units), of double precision.
    n_units : int
        Of the net's last layer.
    encoder : ClassificationTargetEncoder
        Fitted.

    Returns
    -------
    str
        Of shape (n_samples, n_columns): one for two classes, else one a class.
    """
    is_binary = encoder.n_classes_ == 2 and encoder.target_type == "binary"
    if not is_binary or n_units == 1:
        return raw
    second, first = nodes.columns(raw, [1]), nodes.columns(raw, [0])
    return nodes.add("Sub", second, first)


def as_rows(nodes: Nodes, raw: str, n_units: int) -> str:
    """Return a net's outputs as rows of double precision."""
    return nodes.reshape(nodes.cast(raw, DOUBLE), -1, n_units)
