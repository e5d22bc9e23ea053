"""Metrics of the history: functions, classes, names; and scorers after it."""

import keras
import numpy as np
import pytest
from sklearn.metrics import (
    f1_score,
    get_scorer,
    precision_score,
    recall_score,
    roc_auc_score,
    top_k_accuracy_score,
)

from skkeras import KerasClassifier

pytestmark = pytest.mark.in_turn

XOR_LIKE = (
    np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float),
    np.array([0, 1, 1, 0]),
)


def precision(y_true, y_pred):
    true_positives = keras.ops.sum(keras.ops.round(y_true * y_pred))
    predicted = keras.ops.sum(keras.ops.round(y_pred))
    return true_positives / (predicted + keras.config.epsilon())


def recall(y_true, y_pred):
    true_positives = keras.ops.sum(keras.ops.round(y_true * y_pred))
    positives = keras.ops.sum(y_true)
    return true_positives / (positives + keras.config.epsilon())


def create_pyramid():
    return keras.Sequential(
        [
            keras.Input((2,)),
            *(keras.layers.Dense(n, activation="relu") for n in (256, 128, 64)),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )


def fit_pyramid(metrics, epochs=40):
    classifier = KerasClassifier(
        create_pyramid,
        loss="binary_crossentropy",
        optimizer="adam",
        optimizer__learning_rate=0.01,
        metrics=metrics,
        epochs=epochs,
        batch_size=4,
        verbose=0,
        random_state=0,
    )
    return classifier.fit(*XOR_LIKE)


@pytest.mark.parametrize(
    "metrics",
    [
        [precision, recall],
        [keras.metrics.Precision(), keras.metrics.Recall()],
        [keras.metrics.Precision, keras.metrics.Recall],
        ["Precision", "Recall"],
    ],
    ids=["functions", "instances", "classes", "names"],
)
def test_precision_and_recall_of_each_epoch(metrics):
    X, y = XOR_LIKE
    classifier = fit_pyramid(metrics)
    assert set(classifier.history_) == {"loss", "precision", "recall"}
    assert classifier.history_["precision"][-1] == pytest.approx(1, abs=1e-4)
    assert classifier.history_["recall"][-1] == pytest.approx(1, abs=1e-4)
    measured, predicted = classifier.evaluate(X, y), classifier.predict(X)
    assert measured["recall"] == pytest.approx(recall_score(y, predicted), abs=1e-4)
    assert measured["precision"] == pytest.approx(
        precision_score(y, predicted), abs=1e-4
    )


def test_a_function_is_averaged_over_batches_where_a_scorer_is_not(binary):
    """Why a scorer is the better place: the mean of ratios is not their ratio."""
    X, y = binary

    def create_model():
        return keras.Sequential(
            [keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")]
        )

    classifier = KerasClassifier(
        create_model,
        loss="binary_crossentropy",
        metrics=[precision, keras.metrics.Precision(name="exact")],
        epochs=3,
        batch_size=8,
        verbose=0,
        random_state=0,
    ).fit(X, y)
    exact = precision_score(y, classifier.predict(X))
    batches = [
        precision_score(y[rows], classifier.predict(X[rows]), zero_division=0)
        for rows in np.split(np.arange(len(y)), len(y) // 8)
    ]
    measured = classifier.evaluate(X, y)
    assert get_scorer("precision")(classifier, X, y) == exact
    assert measured["exact"] == pytest.approx(exact, rel=1e-5)
    assert measured["precision"] == pytest.approx(np.mean(batches), rel=1e-4)
    assert abs(np.mean(batches) - exact) > 1e-3


def test_f1_and_auc_agree_with_scikit_learn(binary):
    X, y = binary

    def create_model():
        return keras.Sequential(
            [keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")]
        )

    classifier = KerasClassifier(
        create_model,
        loss="binary_crossentropy",
        metrics=[
            keras.metrics.F1Score(threshold=0.5, name="f1"),
            keras.metrics.AUC(num_thresholds=2000),
        ],
        epochs=2,
        verbose=0,
        random_state=0,
    ).fit(X, y)
    measured = classifier.evaluate(X, y)
    f1 = f1_score(y, classifier.predict(X))
    assert np.ravel(measured["f1"])[0] == pytest.approx(f1, rel=1e-5)
    auc = roc_auc_score(y, classifier.predict_proba(X)[:, 1])
    assert measured["auc"] == pytest.approx(auc, abs=2e-3)


def softmax_model(meta):
    return keras.Sequential(
        [
            keras.Input((meta["n_features_in_"],)),
            keras.layers.Dense(meta["n_classes_"], activation="softmax"),
        ]
    )


@pytest.mark.parametrize(
    ("loss", "metrics"),
    [
        (
            "categorical_crossentropy",
            [
                "accuracy",
                "categorical_accuracy",
                keras.metrics.TopKCategoricalAccuracy(2, "top_two"),
            ],
        ),
        (
            "sparse_categorical_crossentropy",
            [
                "acc",
                "sparse_categorical_accuracy",
                keras.metrics.SparseTopKCategoricalAccuracy(2, "top_two"),
            ],
        ),
    ],
)
def test_accuracies_of_several_classes(multiclass, loss, metrics):
    X, y = multiclass
    classifier = KerasClassifier(
        softmax_model, loss=loss, metrics=metrics, epochs=2, verbose=0, random_state=0
    ).fit(X, y)
    measured = classifier.evaluate(X, y)
    accuracy = classifier.score(X, y)
    by_hand = top_k_accuracy_score(y, classifier.predict_proba(X), k=2)
    assert measured.pop("top_two") == pytest.approx(by_hand)
    assert measured.pop("loss") > 0
    assert list(measured.values()) == pytest.approx([accuracy, accuracy])
    assert by_hand > accuracy


def test_binary_accuracy_takes_its_threshold(binary):
    X, y = binary

    def create_model():
        return keras.Sequential(
            [keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")]
        )

    classifier = KerasClassifier(
        create_model,
        loss="binary_crossentropy",
        metrics=[
            "binary_accuracy",
            keras.metrics.BinaryAccuracy("strict", threshold=0.8),
        ],
        verbose=0,
        random_state=0,
    ).fit(X, y)
    proba = classifier.predict_proba(X)[:, 1]
    measured = classifier.evaluate(X, y)
    assert measured["binary_accuracy"] == pytest.approx(np.mean((proba > 0.5) == y))
    assert measured["strict"] == pytest.approx(np.mean((proba > 0.8) == y))


def test_weighted_metrics_follow_the_weights_of_the_rows(multiclass):
    X, y = multiclass
    classifier = KerasClassifier(
        softmax_model,
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        compile__weighted_metrics=[keras.metrics.SparseCategoricalAccuracy("weighted")],
        verbose=0,
        random_state=0,
    ).fit(X, y)
    weight = np.where(y == 0, 5.0, 1.0)
    measured = classifier.evaluate(X, y, sample_weight=weight)
    right = classifier.predict(X) == y
    assert measured["accuracy"] == pytest.approx(right.mean())
    assert measured["weighted"] == pytest.approx(np.average(right, weights=weight))
    assert "weighted" in classifier.history_
