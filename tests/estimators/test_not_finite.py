"""Numbers that are too large, and training that ends in none."""

import warnings

import keras
import numpy as np
import pytest
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning

import skkeras
from skkeras import (
    KerasClassifier,
    KerasMLPClassifier,
    KerasMLPRegressor,
    KerasRegressor,
)

pytestmark = pytest.mark.in_turn


def linear(meta):
    return keras.Sequential(
        [keras.Input((meta["n_features_in_"],)), keras.layers.Dense(1)]
    )


def diverging(kind, **params):
    params = {"optimizer": "sgd", "epochs": 3, "random_state": 0, **params}
    if kind is KerasRegressor:
        return kind(
            linear, loss="mse", verbose=0, optimizer__learning_rate=1e9, **params
        )
    return kind((8,), learning_rate=1e9, **params)


@pytest.mark.parametrize(
    "kind", [KerasMLPClassifier, KerasMLPRegressor, KerasRegressor]
)
@pytest.mark.parametrize("engine", ["auto", "keras"])
def test_a_fit_that_diverges_warns_once(binary, kind, engine):
    X, y = binary
    with pytest.warns(ConvergenceWarning, match=r"StandardScaler.*learning") as caught:
        fitted = diverging(kind, engine=engine).fit(X, y)
    named = [w for w in caught if w.category is ConvergenceWarning]
    assert len(named) == 1
    assert kind.__name__ in str(named[0].message)
    assert not np.isfinite(fitted.model_.get_weights()[0]).all()


def test_weights_are_looked_at_and_not_the_loss_alone(binary):
    class Spoil(keras.callbacks.Callback):
        def on_train_end(self, logs=None):
            weights = self.model.get_weights()
            weights[0][0] = np.inf
            self.model.set_weights(weights)

    X, y = binary
    net = KerasMLPClassifier((4,), l2=0.01, epochs=1, callbacks=Spoil())
    with pytest.warns(ConvergenceWarning, match="KerasMLPClassifier ended"):
        net.fit(X, y)
    assert np.isfinite(net.history_["loss"]).all()


def test_each_part_that_ends_so_warns(binary):
    stream = diverging(KerasMLPRegressor)
    with pytest.warns(ConvergenceWarning):
        stream.partial_fit(*binary)
    with pytest.warns(ConvergenceWarning):
        stream.partial_fit(*binary)


def test_one_of_several_fused_fits_warns(binary):
    from sklearn.model_selection import GridSearchCV

    X, y = binary
    net = KerasMLPRegressor((4,), optimizer="sgd", l2=0.01, epochs=3, random_state=0)
    search = GridSearchCV(net, {"learning_rate": [1e-3, 1e9]}, cv=2, refit=False)
    with skkeras.fused(), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        search.fit(X, y.astype(float))
    named = [w for w in caught if w.category is ConvergenceWarning]
    assert len(named) == 2
    scores = search.cv_results_["mean_test_score"]
    assert np.isfinite(scores[0])


TOO_LARGE = r"Input {} contains infinity or a value too large for dtype\('float32'\)"


def with_huge(X):
    X = X.astype(float)
    X[3, 1] = 1e39
    return X


@pytest.mark.parametrize("as_given", [np.asarray, sparse.csr_matrix])
@pytest.mark.parametrize(
    "estimator",
    [
        KerasMLPClassifier(l2=0.01, epochs=1),
        KerasClassifier(linear, loss="hinge", verbose=0),
        KerasRegressor(linear, loss="mse", verbose=0),
    ],
)
def test_x_beyond_the_models_floats_is_refused(binary, estimator, as_given):
    X, y = binary
    large = as_given(with_huge(X))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Columns 1 of X", UserWarning)
        with pytest.raises(ValueError, match=TOO_LARGE.format("X")):
            estimator.fit(large, y)
    fitted = estimator.fit(as_given(X), y)
    for method in (fitted.predict, lambda X: fitted.score(X, y)):
        with pytest.raises(ValueError, match=TOO_LARGE.format("X")):
            method(large)


@pytest.mark.parametrize(
    "estimator",
    [
        KerasMLPRegressor(l2=0.01, epochs=1),
        KerasRegressor(linear, loss="mse", verbose=0),
    ],
)
def test_y_beyond_them_too(regression, estimator):
    X, y = regression
    y = y.copy()
    y[0] = 1e39
    with pytest.raises(ValueError, match=TOO_LARGE.format("y")):
        estimator.fit(X, y)


def test_a_fit_that_learns_warns_of_nothing(binary):
    X, y = binary
    KerasMLPClassifier((4,), l2=0.01, epochs=2).fit(X, y).partial_fit(X, y)
