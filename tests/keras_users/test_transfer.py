"""Weights from another fit, frozen layers, fine-tuning, and data in pieces."""

import keras
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.model_selection import cross_val_score

from skkeras import KerasClassifier, KerasMLPClassifier, KerasRegressor
from skkeras.transfer import copy_weights

pytestmark = pytest.mark.in_turn

K = keras.layers


def create_model(meta, pretrained=None, freeze=False):
    model = keras.Sequential(
        [
            keras.Input((4,)),
            K.Dense(8, activation="relu", name="features"),
            K.Dense(meta["n_classes_"], activation="softmax", name="head"),
        ]
    )
    if pretrained is not None:
        copy_weights(pretrained, model, layers=["features"], freeze=freeze)
    return model


def classifier(epochs=5, **params):
    return KerasClassifier(
        create_model,
        loss="sparse_categorical_crossentropy",
        optimizer="adam",
        optimizer__learning_rate=0.03,
        epochs=epochs,
        verbose=0,
        random_state=params.pop("random_state", 0),
        **params,
    )


@pytest.fixture(scope="module")
def pretrained(multiclass):
    return classifier(20).fit(*multiclass).model_


def features(model):
    return model.get_layer("features").get_weights()


def test_frozen_layers_keep_the_weights_they_came_with(pretrained, binary):
    tuned = classifier(pretrained=pretrained, freeze=True, random_state=1).fit(*binary)
    for old, new in zip(features(pretrained), features(tuned.model_), strict=True):
        np.testing.assert_array_equal(old, new)
    assert tuned.history_["loss"][-1] < tuned.history_["loss"][0]
    assert len(tuned.model_.trainable_variables) == 2


def test_layers_that_are_not_frozen_go_on_from_them(pretrained, binary):
    tuned = classifier(pretrained=pretrained, random_state=1)
    start = features(tuned.initialize(*binary).model_)
    for old, new in zip(features(pretrained), start, strict=True):
        np.testing.assert_array_equal(old, new)
    assert not np.allclose(features(tuned.fit(*binary).model_)[0], start[0])


def test_transfer_under_cross_validation(pretrained, multiclass):
    before = [w.copy() for w in pretrained.get_weights()]
    scores = cross_val_score(
        classifier(3, pretrained=pretrained, freeze=True), *multiclass, cv=3
    )
    assert scores.mean() > 0.9
    for old, new in zip(before, pretrained.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_layers_are_copied_by_name_and_counted(pretrained):
    fresh = keras.Sequential(
        [
            keras.Input((4,)),
            K.Dense(8, name="features"),
            K.Dense(7, name="other"),
        ]
    )
    assert copy_weights(pretrained, fresh) == ["features"]
    with pytest.raises(ValueError, match=r"no layer named 'feature'.*'features'"):
        copy_weights(pretrained, fresh, layers=["feature"])
    narrow = keras.Sequential([keras.Input((4,)), K.Dense(3, name="features")])
    with pytest.raises(ValueError, match=r"'features'.*\(4, 8\).*\(4, 3\)"):
        copy_weights(pretrained, narrow)


def test_fine_tuning_at_a_lower_rate_with_warm_start(binary):
    X, y = binary
    tuned = KerasMLPClassifier((8,), l2=0.01, epochs=10, random_state=0).fit(X, y)
    model = tuned.model_
    model.optimizer.learning_rate = 1e-5
    before = model.get_weights()
    tuned.partial_fit(X, y)
    change = max(
        abs(a - b).max() for a, b in zip(before, model.get_weights(), strict=True)
    )
    assert 0 < change < 1e-3
    assert tuned.current_epoch == 11


def test_a_csv_larger_than_memory_is_read_in_pieces(multiclass, tmp_path):
    X, y = multiclass
    order = np.random.default_rng(0).permutation(len(y))
    table = pd.DataFrame(X, columns=list("abcd")).assign(
        kind=np.array(["x", "y", "z"])[y]
    )
    table.iloc[order].to_csv(tmp_path / "large.csv", index=False)
    streamed = classifier()
    for _ in range(5):
        for piece in pd.read_csv(tmp_path / "large.csv", chunksize=40):
            streamed.partial_fit(
                piece[list("abcd")], piece["kind"], classes=["x", "y", "z"]
            )
    assert streamed.current_epoch == 5 * 4
    assert streamed.score(table[list("abcd")], table["kind"]) > 0.9


class Pieces(keras.utils.PyDataset):
    """Batches of a table that would be read from disk."""

    def __init__(self, X, y, size=32, weight=None):
        super().__init__()
        self.X, self.y, self.size, self.weight = X, y, size, weight
        self.epochs = 0

    def __len__(self):
        return -(-len(self.y) // self.size)

    def __getitem__(self, index):
        rows = slice(index * self.size, (index + 1) * self.size)
        if self.weight is None:
            return self.X[rows], self.y[rows]
        return self.X[rows], self.y[rows], self.weight[rows]

    def on_epoch_end(self):
        self.epochs += 1


def test_a_dataset_trains_as_the_arrays_in_its_order(multiclass):
    X, codes = multiclass
    y = np.array(["x", "y", "z"])[codes]
    weight = np.linspace(0.5, 1.5, len(y))
    arrays = classifier(3, shuffle=False).fit(X, y, sample_weight=weight)
    pieces = Pieces(X, y, weight=weight)
    streamed = classifier(3).fit(pieces)
    np.testing.assert_array_equal(streamed.classes_, ["x", "y", "z"])
    np.testing.assert_allclose(
        streamed.history_["loss"], arrays.history_["loss"], rtol=1e-4
    )
    np.testing.assert_allclose(
        streamed.predict_proba(X), arrays.predict_proba(X), atol=1e-4
    )
    plain = Pieces(X.astype("float32"), codes)
    clone(arrays).initialize(X, y).model_.fit(plain, epochs=3, verbose=0)
    assert pieces.epochs == plain.epochs
    assert streamed.training_.engine == "keras"


def test_a_dataset_with_class_weights_and_held_out_pieces(binary):
    X, y = binary
    streamed = classifier(2, class_weight="balanced")
    streamed.fit(Pieces(X, y), validation_data=Pieces(X[:40], y[:40]))
    arrays = classifier(2, class_weight="balanced", shuffle=False)
    arrays.fit(X, y, validation_data=(X[:40], y[:40]))
    for name, values in arrays.history_.items():
        np.testing.assert_allclose(streamed.history_[name], values, rtol=1e-4)
    assert streamed.partial_fit(Pieces(X, y)).current_epoch == 3


def test_a_dataset_for_a_regressor_and_fewer_steps(regression):
    X, y = regression

    def linear():
        return keras.Sequential([keras.Input((4,)), K.Dense(1)])

    regressor = KerasRegressor(linear, loss="mse", verbose=0, epochs=2)
    regressor.fit(Pieces(X, y), steps_per_epoch=2)
    assert int(regressor.model_.optimizer.iterations.numpy()) == 4
    assert regressor.predict(X).shape == y.shape


def test_what_a_dataset_cannot_say_is_refused(binary):
    X, y = binary
    with pytest.raises(TypeError, match="PyDataset gives y"):
        classifier().fit(Pieces(X, y), y)
    with pytest.raises(ValueError, match="validation_split cannot split"):
        classifier(validation_split=0.1).fit(Pieces(X, y))
    with pytest.raises(ValueError, match="contains NaN"):
        classifier().fit(Pieces(np.where(X > 0, X, np.nan), y))
    with pytest.raises(TypeError, match=r"X is a generator.*partial_fit"):
        classifier().fit((pair for pair in [(X, y)]), y)


def test_images_are_augmented_by_layers():
    """The old ImageDataGenerator: random only in training, part of the model."""
    X = np.zeros((8, 6, 6, 1))
    X[:, :, :3] = 1.0

    def create_cnn():
        return keras.Sequential(
            [
                keras.Input((6, 6, 1)),
                K.RandomFlip("horizontal", seed=0),
                K.Flatten(),
                K.Dense(1, activation="sigmoid"),
            ]
        )

    fitted = KerasClassifier(create_cnn, loss="bce", epochs=2, verbose=0)
    fitted.fit(X, [0, 1] * 4)
    flip = fitted.model_.layers[0]
    assert not np.allclose(flip(X, training=True), X)
    np.testing.assert_array_equal(flip(X, training=False), X)
    assert clone(fitted).fit(X, [0, 1] * 4).predict(X).shape == (8,)
