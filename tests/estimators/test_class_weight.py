"""Weights of classes: by label, by column, label by label, and part by part."""

import keras
import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight, compute_sample_weight

from skkeras import KerasClassifier, KerasMLPClassifier


def create_model(meta, activation="softmax", units=None):
    units = units or meta["n_classes_"]
    return keras.Sequential(
        [
            keras.Input((meta["n_features_in_"],)),
            keras.layers.Dense(units, activation=activation),
        ]
    )


def classifier(loss="categorical_crossentropy", **params):
    return KerasClassifier(
        create_model, loss=loss, optimizer="adam", verbose=0, random_state=0, **params
    )


@pytest.fixture(scope="module")
def skewed():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], [100, 30, 10])
    return rng.normal(size=(140, 4)) + np.eye(3, 4)[y], y


def weights(estimator):
    return np.concatenate([w.ravel() for w in estimator.model_.get_weights()])


def assert_same(first, second):
    np.testing.assert_allclose(weights(first), weights(second), atol=1e-6)


@pytest.mark.parametrize("class_weight", [{0: 0.5, 2: 7.0}, {2: 9.0}, "balanced"])
def test_one_hot_rows_are_weighed_as_their_labels(skewed, class_weight):
    X, y = skewed
    by_label = classifier(class_weight=class_weight).fit(X, y)
    by_column = classifier(class_weight=class_weight).fit(X, np.eye(3, dtype=int)[y])
    assert_same(by_label, by_column)
    assert not np.allclose(weights(by_label), weights(classifier().fit(X, y)))


def test_several_labels_take_a_dict_each(skewed):
    X, _ = skewed
    labels = (X[:, :3] > 0.5).astype(int)
    each = [{0: 1.0, 1: 5.0}, {0: 2.0, 1: 1.0}, {0: 1.0, 1: 1.0}]
    params = {"loss": "binary_crossentropy", "activation": "sigmoid"}
    by_class = classifier(class_weight=each, **params).fit(X, labels)
    by_hand = np.prod(
        [[w[v] for v in column] for w, column in zip(each, labels.T, strict=True)],
        axis=0,
    )
    mean = by_hand.mean()  # which a weight of rows, but not of classes, leaves out
    scaled = [{k: v / mean for k, v in each[0].items()}, *each[1:]]
    by_class = classifier(class_weight=scaled, **params).fit(X, labels)
    by_row = classifier(**params).fit(X, labels, sample_weight=by_hand)
    assert_same(by_class, by_row)
    balanced = classifier(class_weight="balanced", **params).fit(X, labels)
    assert not np.allclose(weights(balanced), weights(by_row))


def test_one_dict_for_several_labels_is_refused(skewed):
    X, _ = skewed
    labels = (X[:, :3] > 0.5).astype(int)
    with pytest.raises(ValueError, match="is one dict, but y marks several labels"):
        KerasMLPClassifier(class_weight={0: 1, 1: 2}).fit(X, labels)


def test_a_part_may_lack_classes(skewed):
    X, y = skewed
    names = np.array(["a", "b", "c"])[y]
    of_classes = {"b": 3.0, "c": 9.0}
    loss = "sparse_categorical_crossentropy"
    stream = classifier(loss, class_weight=of_classes)
    by_row = classifier(loss)
    stream.partial_fit(X, names, classes=["a", "b", "c"])
    for rows in (y == 0, y == 2, y < 2):
        stream.partial_fit(X[rows], names[rows])
    row_weights = compute_sample_weight(of_classes, names)
    by_row.partial_fit(X, names, class_weight=of_classes)
    for rows in (y == 0, y == 2, y < 2):
        by_row.partial_fit(X[rows], names[rows], sample_weight=row_weights[rows])
    assert_same(stream, by_row)


@pytest.mark.parametrize("kind", [KerasMLPClassifier, classifier])
def test_a_part_has_no_balance_of_its_own(skewed, kind):
    loss = "sparse_categorical_crossentropy"
    stream = kind(loss=loss, class_weight="balanced")
    with pytest.raises(ValueError, match=r"partial_fit.*compute_class_weight"):
        stream.partial_fit(*skewed)
    plain = kind(loss=loss)
    with pytest.raises(ValueError, match=r"partial_fit.*compute_class_weight"):
        plain.partial_fit(*skewed, class_weight="balanced")


@pytest.mark.parametrize("one_hot", [False, True])
def test_a_dataset_is_balanced_as_a_whole(skewed, one_hot):
    class Sorted(keras.utils.PyDataset):
        def __len__(self):
            return 2

        def __getitem__(self, index):
            rows = slice(70 * index, 70 * index + 70)
            return X[rows], target[rows]

    X, y = skewed
    target = np.eye(3, dtype=int)[y] if one_hot else y
    streamed = classifier(class_weight="balanced").fit(Sorted())
    whole = classifier(class_weight="balanced", shuffle=False, batch_size=70)
    assert_same(streamed, whole.fit(X, target))


def test_balanced_leaves_out_classes_without_rows(skewed):
    X, y = skewed
    loss = "sparse_categorical_crossentropy"
    weight = (y != 2).astype(float)
    named = classifier(loss, class_weight="balanced").fit(X, y, sample_weight=weight)
    of_classes = compute_class_weight("balanced", classes=np.arange(2), y=y[y != 2])
    by_hand = classifier(loss, class_weight=dict(enumerate(of_classes)))
    assert_same(named, by_hand.fit(X, y, sample_weight=weight))
