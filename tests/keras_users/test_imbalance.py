"""Few rows of one class: what class_weight and sample_weight are each for."""

import keras
import numpy as np
import pytest
from sklearn.metrics import recall_score
from sklearn.utils.class_weight import compute_class_weight, compute_sample_weight

from skkeras import KerasClassifier, KerasMLPClassifier

pytestmark = pytest.mark.in_turn


@pytest.fixture(scope="module")
def rare():
    """One row in twenty is ill, and looks only a little different."""
    rng = np.random.default_rng(0)
    y = (np.arange(600) % 20 == 0).astype(int)
    X = rng.normal(size=(600, 3))
    X[y == 1] += 1.2
    return X, np.array(["healthy", "ill"])[y]


def fit(data, sample_weight=None, **params):
    classifier = KerasMLPClassifier(
        (), epochs=40, learning_rate=0.03, l2=0, random_state=0, **params
    )
    return classifier.fit(*data, sample_weight=sample_weight)


def recall(classifier, data):
    X, y = data
    return recall_score(y, classifier.predict(X), pos_label="ill")


def test_balancing_finds_more_of_the_rare_class(rare):
    plain, balanced = fit(rare), fit(rare, class_weight="balanced")
    assert recall(plain, rare) < 0.5
    assert recall(balanced, rare) > 0.7
    assert plain.score(*rare) > balanced.score(*rare), "what the recall costs"


def test_balanced_is_the_dict_of_its_formula(rare):
    """``n_samples / (n_classes * count)``."""
    _, y = rare
    by_name = fit(rare, class_weight="balanced")
    weights = compute_class_weight("balanced", classes=np.unique(y), y=y)
    assert dict(zip(np.unique(y), weights, strict=True)) == {
        "healthy": pytest.approx(600 / (2 * 570)),
        "ill": pytest.approx(600 / (2 * 30)),
    }
    by_hand = fit(rare, class_weight={"healthy": 600 / 1140, "ill": 10.0})
    np.testing.assert_allclose(
        by_hand.history_["loss"], by_name.history_["loss"], rtol=1e-5
    )


def test_sample_weight_says_the_same_row_by_row(rare):
    X, y = rare
    by_class = fit(rare, class_weight="balanced")
    by_row = fit(rare, sample_weight=compute_sample_weight("balanced", y))
    np.testing.assert_allclose(
        by_row.predict_proba(X), by_class.predict_proba(X), atol=1e-6
    )


def test_the_two_multiply(rare):
    X, y = rare
    half = np.where(y == "ill", 0.5, 1.0)
    both = fit(rare, half, class_weight={"ill": 4.0})
    one = fit(rare, class_weight={"ill": 2.0})
    np.testing.assert_allclose(both.predict_proba(X), one.predict_proba(X), atol=1e-6)


def test_several_labels_are_balanced_at_once():
    """``class_weight`` takes one class a row; several labels need weights of rows."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 3))
    labels = np.column_stack([X[:, 0] > 1.6, X[:, 1] > 0]).astype(int)
    weight = compute_sample_weight("balanced", labels)
    # The weight of a row is the product of its labels' weights.
    by_hand = np.prod(
        [compute_sample_weight("balanced", column) for column in labels.T], axis=0
    )
    np.testing.assert_allclose(weight, by_hand)
    plain = fit((X, labels)).predict(X)
    weighted = fit((X, labels), weight).predict(X)
    assert recall_score(labels[:, 0], plain[:, 0]) < 0.7
    assert recall_score(labels[:, 0], weighted[:, 0]) > 0.9


def test_a_class_that_is_none_is_refused(rare):
    with pytest.raises(ValueError, match="not in class_weight"):
        fit(rare, class_weight={"sick": 2.0})


def test_loss_weights_are_per_output_not_per_class(binary):
    def create_model():
        inputs = keras.Input((4,))
        output = keras.layers.Dense(1, activation="sigmoid")(inputs)
        return keras.Model(inputs, output)

    def first_loss(**params):
        return (
            KerasClassifier(
                create_model, loss="bce", verbose=0, random_state=0, **params
            )
            .fit(*binary)
            .history_["loss"][0]
        )

    assert first_loss(compile__loss_weights=[3.0]) == pytest.approx(
        3 * first_loss(), rel=0.02
    )
