"""Targets, decisions and probabilities follow the loss that is really compiled."""

import keras
import numpy as np
import pytest
from scipy.special import expit, softmax
from sklearn.metrics import get_scorer, roc_auc_score

from skkeras import KerasClassifier, KerasMLPClassifier
from skkeras.estimators.targets.encoding import ClassificationTargetEncoder

pytestmark = pytest.mark.in_turn

L = keras.losses


def fit(uncompiled, data, loss, activation, n_outputs, **params):
    X, y = data
    classifier = KerasClassifier(
        uncompiled,
        loss=loss,
        activation=activation,
        n_outputs=n_outputs,
        optimizer="adam",
        optimizer__learning_rate=0.05,
        epochs=15,
        verbose=0,
        random_state=0,
        **params,
    )
    return classifier.fit(X, y)


def raw_outputs(classifier, X):
    return classifier.model_.predict(X.astype("float32"), verbose=0)


BINARY = [
    ("binary_crossentropy", "sigmoid", 1, True, False),
    ("bce", "sigmoid", 2, True, False),
    (L.BinaryCrossentropy(from_logits=True), None, 1, True, True),
    ("binary_focal_crossentropy", "sigmoid", 1, True, False),
    ("sparse_categorical_crossentropy", "softmax", 2, True, False),
    ("categorical_crossentropy", "softmax", 2, True, False),
    (L.CategoricalCrossentropy(from_logits=True), None, 2, True, True),
    ("categorical_focal_crossentropy", "softmax", 2, True, False),
    ("kl_divergence", "softmax", 2, True, False),
    ("hinge", "tanh", 1, False, True),
    ("hinge", None, 1, False, True),
    ("squared_hinge", None, 1, False, True),
    ("categorical_hinge", None, 2, False, True),
    ("mse", "sigmoid", 1, True, False),
    ("mse", "softmax", 2, True, False),
    ("mse", None, 1, False, False),
    ("mae", "sigmoid", 1, False, False),
    ("huber", "sigmoid", 1, False, False),
    ("log_cosh", "sigmoid", 1, False, False),
    ("poisson", "sigmoid", 1, True, False),
]


@pytest.mark.parametrize(
    ("loss", "activation", "units", "probabilities", "margin"), BINARY
)
def test_two_classes(
    uncompiled, binary, loss, activation, units, probabilities, margin
):
    X, _ = binary
    y = np.array(["no", "yes"])[binary[1]]
    classifier = fit(uncompiled, (X, y), loss, activation, units)
    assert classifier.score(X, y) > 0.9
    assert hasattr(classifier, "predict_proba") == probabilities
    assert hasattr(classifier, "decision_function") == margin
    if probabilities:
        proba = classifier.predict_proba(X)
        assert proba.shape == (len(X), 2)
        np.testing.assert_allclose(proba.sum(axis=1), 1, rtol=1e-12)
        assert ((proba >= 0) & (proba <= 1)).all()
        decided = classifier.classes_[proba.argmax(axis=1)]
        np.testing.assert_array_equal(classifier.predict(X), decided)
    if margin:
        distance = classifier.decision_function(X)
        assert distance.shape == (len(X),)
        np.testing.assert_array_equal(classifier.predict(X) == "yes", distance > 0)


def test_ranking_scorers_take_the_margin_of_a_hinge_loss(uncompiled, binary):
    X, y = binary
    classifier = fit(uncompiled, binary, "hinge", None, 1)
    by_hand = roc_auc_score(y, raw_outputs(classifier, X)[:, 0])
    assert get_scorer("roc_auc")(classifier, X, y) == pytest.approx(by_hand)
    assert by_hand > 0.95


@pytest.mark.parametrize(
    ("loss", "activation", "probabilities"),
    [
        ("sparse_categorical_crossentropy", "softmax", True),
        ("categorical_crossentropy", "softmax", True),
        (L.SparseCategoricalCrossentropy(from_logits=True), None, True),
        ("binary_crossentropy", "sigmoid", True),
        ("kl_divergence", "softmax", True),
        ("mse", "softmax", True),
        ("hinge", None, False),
        ("categorical_hinge", None, False),
        ("cosine_similarity", "softmax", False),
    ],
)
def test_three_classes(uncompiled, multiclass, loss, activation, probabilities):
    X, y = multiclass
    classifier = fit(uncompiled, multiclass, loss, activation, 3)
    assert classifier.score(X, y) > 0.9
    assert hasattr(classifier, "predict_proba") == probabilities
    if probabilities:
        proba = classifier.predict_proba(X)
        np.testing.assert_allclose(proba.sum(axis=1), 1, rtol=1e-12)
        np.testing.assert_array_equal(proba.argmax(axis=1), classifier.predict(X))


def test_logits_become_probabilities_by_the_formulas(uncompiled, binary, multiclass):
    X, _ = binary
    two = fit(uncompiled, binary, L.BinaryCrossentropy(from_logits=True), None, 1)
    by_hand = expit(raw_outputs(two, X)[:, 0].astype(float))
    np.testing.assert_allclose(two.predict_proba(X)[:, 1], by_hand, rtol=1e-5)
    X, _ = multiclass
    loss = L.SparseCategoricalCrossentropy(from_logits=True)
    three = fit(uncompiled, multiclass, loss, None, 3)
    by_hand = softmax(raw_outputs(three, X).astype(float), axis=1)
    np.testing.assert_allclose(three.predict_proba(X), by_hand, rtol=1e-4)


def test_the_compiled_loss_counts_not_the_parameter(binary):
    def create_model(meta):
        model = keras.Sequential(
            [
                keras.Input((meta["n_features_in_"],)),
                keras.layers.Dense(2, activation="softmax"),
            ]
        )
        model.compile(optimizer="adam", loss="categorical_crossentropy")
        return model

    X, y = binary
    classifier = KerasClassifier(create_model, verbose=0, random_state=0).fit(X, y)
    assert classifier.target_encoder_.transform(y).shape == (len(y), 2)
    encoded = classifier.target_encoder_.transform(y)
    np.testing.assert_array_equal(encoded.argmax(axis=1), y)


def test_before_fit_the_parameter_decides_what_there_is(compiled):
    assert hasattr(KerasClassifier(compiled), "predict_proba")
    assert not hasattr(KerasClassifier(compiled), "decision_function")
    assert not hasattr(KerasClassifier(compiled, loss="hinge"), "predict_proba")
    assert hasattr(KerasClassifier(compiled, loss="hinge"), "decision_function")
    assert hasattr(KerasMLPClassifier(), "predict_proba")
    assert not hasattr(KerasMLPClassifier(loss="mae"), "predict_proba")


def test_labels_of_several_columns(binary):
    X, _ = binary
    labels = (X[:, :3] > 0).astype(int)
    classifier = KerasMLPClassifier(
        (16,), learning_rate=0.02, l2=0.01, epochs=40, random_state=0
    ).fit(X, labels)
    assert classifier.predict(X).shape == labels.shape
    assert (classifier.predict(X) == labels).mean() > 0.9
    proba = classifier.predict_proba(X)
    np.testing.assert_array_equal(proba > 0.5, classifier.predict(X))


def test_one_hot_targets_with_a_softmax_come_back_one_hot(uncompiled, multiclass):
    X, y = multiclass
    one_hot = np.eye(3, dtype=int)[y]
    classifier = fit(uncompiled, (X, one_hot), "categorical_crossentropy", "softmax", 3)
    predicted = classifier.predict(X)
    np.testing.assert_array_equal(predicted.sum(axis=1), 1)
    assert (predicted.argmax(axis=1) == y).mean() > 0.9


@pytest.mark.parametrize(
    "loss",
    [
        "categorical_crossentropy",
        L.CategoricalCrossentropy(from_logits=True),
        "categorical_focal_crossentropy",
        "kl_divergence",
        "categorical_hinge",
    ],
)
def test_perceptrons_take_one_hot_rows_as_the_classes_they_are(multiclass, loss):
    X, y = multiclass
    params = {"l2": 0.01, "epochs": 20, "random_state": 0, "loss": loss}
    by_rows = KerasMLPClassifier((8,), **params).fit(X, np.eye(3, dtype=int)[y])
    by_class = KerasMLPClassifier((8,), **params).fit(X, y)
    np.testing.assert_array_equal(by_rows.predict(X).sum(axis=1), 1)
    np.testing.assert_array_equal(
        by_rows.predict(X).argmax(axis=1), by_class.predict(X)
    )
    if hasattr(by_class, "predict_proba"):
        ours, theirs = (net.predict_proba(X) for net in (by_rows, by_class))
        np.testing.assert_allclose(ours, theirs, atol=1e-6)


@pytest.mark.parametrize(
    ("loss", "activation"),
    [
        ("categorical_crossentropy", "softmax"),
        ("kl_divergence", "softmax"),
        ("categorical_hinge", "linear"),
        ("mean_squared_error", "softmax"),
    ],
)
@pytest.mark.parametrize("n_labels", [0, 2])
def test_rows_of_several_labels_or_none_are_refused_by_a_head_for_one(
    uncompiled, multiclass, loss, activation, n_labels
):
    X, y = multiclass
    rows = np.eye(3, dtype=int)[y]
    rows[7] = [n_labels > 0, n_labels > 1, 0]
    with pytest.raises(ValueError, match="1 of 150 rows of y have several, or none"):
        fit(uncompiled, (X, rows), loss, activation, 3)


def test_a_single_class_is_predicted_with_a_warning(binary):
    X, _ = binary
    y = np.full(len(X), "only")
    with pytest.warns(UserWarning, match="one class only, 'only'"):
        classifier = KerasMLPClassifier(l2=0.01, epochs=1).fit(X, y)
    np.testing.assert_array_equal(classifier.predict(X), y)
    np.testing.assert_array_equal(classifier.predict_proba(X), np.ones((len(X), 1)))


def test_encoder_alone_gives_class_numbers():
    y = np.array(["b", "a", "c"])
    encoder = ClassificationTargetEncoder().fit(y)
    np.testing.assert_array_equal(encoder.transform(y)[:, 0], [1, 0, 2])


@pytest.mark.parametrize(
    "loss",
    [
        "binary_crossentropy",
        "hinge",
        "squared_hinge",
        "categorical_crossentropy",
        "categorical_hinge",
        "mse",
        L.BinaryCrossentropy(from_logits=True),
    ],
)
def test_the_perceptron_sizes_its_head_for_the_loss(binary, multiclass, loss):
    for X, y in (binary, multiclass):
        classifier = KerasMLPClassifier(
            (8,), loss=loss, learning_rate=0.02, l2=0.01, epochs=25, random_state=0
        )
        assert classifier.fit(X, y).score(X, y) > 0.85
