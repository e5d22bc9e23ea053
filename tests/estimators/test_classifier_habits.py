"""What scikit-learn's classifiers take and give."""

import keras
import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score

from skkeras import KerasClassifier, KerasMLPClassifier

pytestmark = pytest.mark.in_turn


@pytest.mark.parametrize("kind", ["binary", "multiclass"])
def test_log_probabilities_are_logarithms(request, kind):
    X, y = request.getfixturevalue(kind)
    net = KerasMLPClassifier((4,), l2=0.01, epochs=3).fit(X, y)
    np.testing.assert_array_equal(
        net.predict_log_proba(X), np.log(net.predict_proba(X))
    )


def test_log_probabilities_are_where_probabilities_are(binary):
    X, y = binary
    assert hasattr(KerasMLPClassifier(), "predict_log_proba")
    assert not hasattr(KerasMLPClassifier(loss="hinge"), "predict_log_proba")
    fitted = KerasMLPClassifier((4,), loss="hinge", l2=0.01, epochs=1).fit(X, y)
    assert not hasattr(fitted, "predict_log_proba")


def test_the_logarithm_of_a_certain_probability_warns_of_nothing(binary):
    X, y = binary
    net = KerasMLPClassifier((), l2=0.01, epochs=1).fit(X, y)
    net.model_.layers[0].kernel.assign(np.full((4, 1), 1e6))
    assert np.isneginf(net.predict_log_proba(X)).any()


MATRICES = [sparse.csr_matrix, sparse.csc_array, sparse.coo_matrix, sparse.lil_matrix]


@pytest.mark.parametrize("as_matrix", MATRICES)
@pytest.mark.parametrize("dtype", [int, float, bool])
def test_labels_in_a_sparse_matrix(binary, as_matrix, dtype):
    X, _ = binary
    labels = (X[:, :3] > 0).astype(dtype)
    dense = KerasMLPClassifier((8,), l2=0.01, epochs=5, random_state=0).fit(X, labels)
    net = KerasMLPClassifier((8,), l2=0.01, epochs=5, random_state=0)
    net.fit(X, as_matrix(labels))
    np.testing.assert_array_equal(net.predict(X), dense.predict(X))
    assert net.predict(X).dtype == dense.predict(X).dtype
    assert net.score(X, as_matrix(labels)) == dense.score(X, labels)
    assert net.evaluate(X, as_matrix(labels)) == dense.evaluate(X, labels)
    net.partial_fit(X, as_matrix(labels))


@pytest.fixture
def rare():
    """Put the only two rows of a class into one fold."""
    rng = np.random.default_rng(0)
    codes = np.repeat([0, 1, 2], [30, 30, 2])
    X = rng.normal(size=(62, 4)) + 3 * np.eye(3, 4)[codes]
    return X, np.array(["a", "b", "c"])[codes]


def folds(n_rows):
    rows = np.arange(n_rows)
    return [(rows[rows % 2 == 0], rows[rows % 2 == 1]), (rows[:60], rows[60:])]


@pytest.mark.parametrize("loss", [None, "hinge"])
def test_a_fold_that_lacks_a_class_is_scored_as_in_scikit_learn(rare, loss):
    X, y = rare
    net = KerasMLPClassifier((8,), loss=loss, l2=0.01, epochs=20, random_state=0)
    ours = cross_val_score(net, X, y, cv=folds(62), error_score="raise")
    theirs = cross_val_score(LogisticRegression(), X, y, cv=folds(62))
    assert ours[1] == theirs[1] == 0
    assert ours[0] > 0.5
    search = GridSearchCV(net, {"l2": [0.01, 0.1]}, cv=folds(62)).fit(X, y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_rows_of_unknown_classes_are_wrong(binary, compiled):
    X, y = binary
    classifier = KerasClassifier(compiled, verbose=0).fit(X, y)
    right = classifier.score(X, y)
    other = np.where(np.arange(len(y)) < 60, 5, y)
    expected = np.mean(classifier.predict(X)[60:] == y[60:]) / 2
    assert classifier.score(X, other) == pytest.approx(expected)
    assert classifier.score(X, y) == right


def test_metrics_of_each_output_may_be_classes(regression):
    from sklearn.preprocessing import FunctionTransformer

    from skkeras import KerasRegressor

    class TwoOutputs(KerasRegressor):
        @property
        def target_encoder(self):
            return FunctionTransformer(
                lambda y: {"a": y[:, [0]], "b": y[:, [1]]},
                lambda raw: np.column_stack([raw["a"], raw["b"]]),
                check_inverse=False,
            )

    def create_model():
        inputs = keras.Input((4,))
        outputs = {name: keras.layers.Dense(1, name=name)(inputs) for name in "ab"}
        return keras.Model(inputs, outputs)

    X, y = regression
    Y = np.column_stack([y, -y])
    classes = {
        "a": [keras.metrics.MeanAbsoluteError],
        "b": keras.metrics.MeanSquaredError,
    }
    instances = {"a": ["mae"], "b": [keras.metrics.MeanSquaredError()]}
    found = [
        TwoOutputs(create_model, loss="mse", metrics=metrics, verbose=0, random_state=0)
        .fit(X, Y)
        .history_
        for metrics in (classes, instances)
    ]
    assert found[0]["a_mean_absolute_error"] == pytest.approx(found[1]["a_mae"])
    assert "b_mean_squared_error" in found[0]
