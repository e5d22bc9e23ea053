"""Sparse X: any format, never dense in float64, batch by batch where it is large."""

import keras
import numpy as np
import pytest
from scipy import sparse
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler

from skkeras import KerasClassifier, KerasMLPClassifier, KerasMLPRegressor
from skkeras.estimators.data import batches
from skkeras.estimators.data.rows import cast_for_model
from skkeras.training.rows.epoch_order import epoch_order

pytestmark = pytest.mark.in_turn

FORMATS = [
    sparse.csr_array,
    sparse.csc_array,
    sparse.coo_array,
    sparse.csr_matrix,
    sparse.csc_matrix,
    sparse.coo_matrix,
]


@pytest.fixture(scope="module")
def words():
    """Rows of 0 and 1, of which a few columns decide the class."""
    rng = np.random.default_rng(0)
    X = (rng.random((90, 40)) < 0.15).astype(float)
    return X, (X[:, :8].sum(axis=1) > X[:, 8:16].sum(axis=1)).astype(int)


def perceptron(**params):
    return KerasMLPClassifier(
        (8,), l2=0.01, epochs=3, learning_rate=0.02, random_state=0, **params
    )


@pytest.fixture(scope="module")
def dense_proba(words):
    X, y = words
    return perceptron().fit(X, y).predict_proba(X)


@pytest.mark.parametrize("container", FORMATS)
def test_every_format_trains_as_dense_rows_do(words, dense_proba, container):
    X, y = words
    classifier = perceptron().fit(container(X), y)
    np.testing.assert_allclose(
        classifier.predict_proba(container(X)), dense_proba, atol=1e-5
    )
    measured = classifier.evaluate(container(X), y)
    assert measured["accuracy"] == pytest.approx(classifier.score(X, y))


def test_whole_numbers_become_bytes_and_others_the_float_type(words):
    X, _ = words
    model = keras.Sequential([keras.Input((40,)), keras.layers.Dense(1)])
    assert cast_for_model(model, sparse.csr_array(X)).dtype == np.uint8
    for other in (X / 3, -X, 300 * X):
        dense = cast_for_model(model, sparse.csr_array(other))
        assert dense.dtype == np.float32
        np.testing.assert_array_equal(dense, other.astype(np.float32))


def test_entries_given_twice_are_summed_before_they_become_bytes():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    twice = sparse.csr_array(([200, 100], [1, 1], [0, 2]), shape=(1, 2))
    dense = cast_for_model(model, twice)
    np.testing.assert_array_equal(dense, [[0, 300]])
    assert twice.nnz == 2, "the caller's matrix was changed"


def test_a_large_matrix_is_made_dense_a_batch_at_a_time(
    words, dense_proba, monkeypatch
):
    X, y = words
    dense = perceptron(engine="keras").fit(X, y)
    monkeypatch.setattr(batches, "DENSE_BYTES", 20 * 40 * 4)
    largest = []
    toarray = sparse.csr_array.toarray
    monkeypatch.setattr(
        sparse.csr_array,
        "toarray",
        lambda self: largest.append(self.shape[0]) or toarray(self),
    )
    classifier = perceptron().fit(sparse.csr_array(X), y)
    assert classifier.training_.engine == "keras"
    np.testing.assert_allclose(
        classifier.history_["loss"], dense.history_["loss"], rtol=1e-4
    )
    proba = classifier.predict_proba(sparse.csr_array(X))
    np.testing.assert_allclose(proba, dense_proba, atol=1e-5)
    measured = classifier.evaluate(sparse.csr_array(X), y)
    assert measured["accuracy"] == pytest.approx(classifier.score(X, y))
    assert max(largest) <= 32


def test_batches_of_a_large_matrix_follow_the_number_of_the_epoch(words):
    X, y = words
    batched = batches.SparseBatches(sparse.csr_array(X), y, None, 8, seed=5)
    for epoch in (0, 3):
        batched.begin_epoch(epoch)
        batched.on_epoch_begin()  # JAX and PyTorch call it once more than it has epochs
        read = [batched[i] for i in range(len(batched))]
        order = epoch_order(5, epoch, len(y))
        for array, column in zip((X, y), zip(*read, strict=True), strict=True):
            np.testing.assert_array_equal(np.concatenate(column), array[order])


def test_a_large_matrix_with_weights_and_held_out_rows(words, monkeypatch):
    X, y = words
    weight = np.linspace(0, 2, len(y))

    def fit(X):
        classifier = perceptron(early_stopping=True, engine="keras")
        return classifier.fit(X, y, sample_weight=weight)

    dense = fit(X)
    monkeypatch.setattr(batches, "DENSE_BYTES", 0)
    history = fit(sparse.csr_array(X)).history_
    for name, values in dense.history_.items():
        np.testing.assert_allclose(history[name], values, rtol=1e-4)


def test_in_a_pipeline_under_cross_validation(words):
    X, y = words
    pipeline = make_pipeline(MaxAbsScaler(), perceptron().set_params(epochs=20))
    sparse_scores = cross_val_score(pipeline, sparse.csr_matrix(X), y, cv=3)
    dense_scores = cross_val_score(pipeline, X, y, cv=3)
    np.testing.assert_allclose(sparse_scores, dense_scores, atol=0.04)
    assert sparse_scores.mean() > 0.7


def test_the_tag_says_so_and_nan_is_still_refused(words):
    X, y = words
    assert KerasMLPRegressor().__sklearn_tags__().input_tags.sparse
    with pytest.raises(ValueError, match="Input X contains NaN"):
        perceptron().fit(sparse.csr_array(np.where(X == 1, np.nan, X)), y)


def test_a_subclassed_model_gets_floats(words):
    X, y = words

    class Linear(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(1, activation="sigmoid")

        def call(self, inputs):
            return self.dense(inputs)

    classifier = KerasClassifier(Linear, loss="bce", verbose=0, random_state=0)
    assert classifier.fit(sparse.csr_array(X), y).predict(X).shape == y.shape
