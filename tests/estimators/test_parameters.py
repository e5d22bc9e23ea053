"""Parameters find their way: constructor, factory, optimizer, loss, fit."""

import keras
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from skkeras import KerasClassifier, KerasMLPClassifier, KerasRegressor

pytestmark = pytest.mark.in_turn


def spy(**known):
    """Make a factory that notes what it is called with."""
    calls = []

    def create_model(meta, compile_kwargs, params, units=4, activation="relu"):
        calls.append({"meta": meta, "params": params, "units": units})
        model = keras.Sequential(
            [
                keras.Input((meta["n_features_in_"],)),
                keras.layers.Dense(units, activation=activation),
                keras.layers.Dense(1, activation="sigmoid"),
            ]
        )
        model.compile(**compile_kwargs)
        return model

    return create_model, calls


def test_a_factory_gets_what_it_asks_for(binary):
    factory, calls = spy()
    classifier = KerasClassifier(
        factory,
        loss="binary_crossentropy",
        optimizer="adam",
        optimizer__learning_rate=0.25,
        model__units=5,
        activation="tanh",
        verbose=0,
    ).fit(*binary)
    (call,) = calls
    assert call["units"] == 5
    assert call["params"] == classifier.get_params()
    assert call["meta"]["n_features_in_"] == 4
    assert call["meta"]["n_classes_"] == 2
    assert call["meta"]["target_type_"] == "binary"
    assert call["meta"]["X_shape_"] == (120, 4)
    assert float(classifier.model_.optimizer.learning_rate) == pytest.approx(0.25)
    assert classifier.model_.layers[0].activation.__name__ == "tanh"


def test_clone_and_set_params_keep_every_kind(compiled):
    classifier = KerasClassifier(compiled, units=3, optimizer__learning_rate=0.1)
    classifier.set_params(units=4, fit__epochs=2, epochs=7, model__depth=1)
    copy = clone(classifier)
    assert copy.get_params() == classifier.get_params()
    assert copy.get_params()["units"] == 4
    with pytest.raises(ValueError, match="Invalid parameter 'no_such'"):
        classifier.set_params(no_such=1)
    with pytest.raises(ValueError, match="Invalid parameter"):
        KerasMLPClassifier().set_params(model__depth=1)


def test_routed_fit_parameters_win_over_plain_and_the_call_over_both(compiled, binary):
    classifier = KerasClassifier(compiled, epochs=1, fit__epochs=2, verbose=0)
    assert classifier.fit(*binary).current_epoch == 2
    assert classifier.fit(*binary, epochs=3).current_epoch == 3


def test_a_factorys_own_optimizer_argument_is_searched(binary):
    """The classic tutorial's grid; scikeras leaves the factory's default in place."""

    def create_model(optimizer="adam"):
        model = keras.Sequential(
            [keras.layers.Dense(4), keras.layers.Dense(1, activation="sigmoid")]
        )
        model.compile(optimizer=optimizer, loss="binary_crossentropy")
        return model

    grid = GridSearchCV(
        KerasClassifier(create_model, verbose=0, random_state=0),
        {"optimizer": ["sgd", "nadam"]},
        cv=2,
    ).fit(*binary)
    expected = {"sgd": keras.optimizers.SGD, "nadam": keras.optimizers.Nadam}
    for name, kind in expected.items():
        one = clone(grid.estimator).set_params(optimizer=name).fit(*binary)
        assert isinstance(one.model_.optimizer, kind)


@pytest.mark.parametrize(
    "optimizer",
    ["sgd", "SGD", keras.optimizers.SGD, keras.optimizers.SGD(learning_rate=0.5)],
)
def test_optimizers_by_name_class_and_instance(uncompiled, regression, optimizer):
    routed = isinstance(optimizer, str | type)
    params = {"optimizer__learning_rate": 0.5} if routed else {}
    regressor = KerasRegressor(
        uncompiled, optimizer=optimizer, loss="mse", verbose=0, **params
    ).fit(*regression)
    assert isinstance(regressor.model_.optimizer, keras.optimizers.SGD)
    assert float(regressor.model_.optimizer.learning_rate) == 0.5
    assert regressor.model_.optimizer is not optimizer


def test_losses_and_metrics_take_routed_arguments(uncompiled, binary):
    classifier = KerasClassifier(
        uncompiled,
        activation="sigmoid",
        loss="binary_crossentropy",
        loss__label_smoothing=0.2,
        metrics=[keras.metrics.AUC, "accuracy"],
        metrics__0__curve="PR",
        verbose=0,
        random_state=0,
    ).fit(*binary)
    X, y = binary
    p = classifier.predict_proba(X)[:, 1]
    smooth = y * 0.8 + 0.1
    by_hand = -np.mean(smooth * np.log(p) + (1 - smooth) * np.log(1 - p))
    measured = classifier.evaluate(X, y)
    assert measured["loss"] == pytest.approx(by_hand, rel=1e-4)
    assert set(measured) == {"loss", "auc", "accuracy"}


def test_history_grows_with_partial_fit_and_restarts_with_fit(compiled, binary):
    classifier = KerasClassifier(compiled, epochs=2, verbose=0, random_state=0)
    classifier.fit(*binary)
    classifier.partial_fit(*binary).partial_fit(*binary)
    assert classifier.current_epoch == len(classifier.history_["accuracy"]) == 4
    assert classifier.fit(*binary).current_epoch == 2


def test_partial_fit_continues_where_fit_would_have_gone(compiled, binary):
    at_once = KerasClassifier(compiled, epochs=3, verbose=0, random_state=0)
    at_once.fit(*binary)
    by_parts = KerasClassifier(compiled, epochs=3, verbose=0, random_state=0)
    for _ in range(3):
        by_parts.partial_fit(*binary)
    for a, b in zip(
        at_once.model_.get_weights(), by_parts.model_.get_weights(), strict=True
    ):
        np.testing.assert_allclose(a, b, atol=1e-6)


def test_partial_fit_takes_the_classes_to_come(multiclass):
    X, y = multiclass
    first = y < 2
    classifier = KerasMLPClassifier((16,), learning_rate=0.02, random_state=0)
    classifier.partial_fit(X[first], y[first], classes=[0, 1, 2])
    np.testing.assert_array_equal(classifier.classes_, [0, 1, 2])
    assert classifier.predict_proba(X).shape == (len(X), 3)
    for _ in range(20):
        classifier.partial_fit(X, y)
    assert classifier.score(X, y) > 0.9


def test_warm_start_goes_on_from_the_weights(compiled, binary):
    warm = KerasClassifier(
        compiled, warm_start=True, epochs=2, verbose=0, random_state=0
    )
    model = warm.fit(*binary).model_
    first = warm.history_["loss"]
    assert warm.fit(*binary).model_ is model
    assert warm.history_["loss"][0] < first[0]


def test_initialize_builds_without_training(compiled, binary):
    classifier = KerasClassifier(compiled, verbose=0, random_state=0)
    assert not classifier.initialized_
    classifier.initialize(*binary)
    assert classifier.initialized_
    assert classifier.history_ == {}
    assert classifier.predict(binary[0]).shape == (120,)


def test_validation_split_holds_out_the_last_rows_as_keras_does(compiled, binary):
    X, y = binary
    classifier = KerasClassifier(
        compiled, validation_split=0.25, epochs=2, verbose=0, random_state=0
    ).fit(X, y)
    held = classifier.evaluate(X[90:], y[90:])
    assert classifier.history_["val_loss"][-1] == pytest.approx(held["loss"], rel=1e-4)


def test_own_encoders_feed_several_inputs(binary):
    from sklearn.preprocessing import FunctionTransformer

    class TwoInputs(KerasClassifier):
        @property
        def feature_encoder(self):
            return FunctionTransformer(lambda X: [X[:, :2], X[:, 2:]])

    def create_model():
        left, right = keras.Input((2,)), keras.Input((2,))
        joined = keras.layers.Concatenate()([left, right])
        output = keras.layers.Dense(1, activation="sigmoid")(joined)
        model = keras.Model([left, right], output)
        model.compile(optimizer=keras.optimizers.Adam(0.1), loss="binary_crossentropy")
        return model

    classifier = TwoInputs(create_model, epochs=10, verbose=0, random_state=0)
    assert classifier.fit(*binary).score(*binary) > 0.9


def test_own_encoders_feed_several_outputs(compiled, binary):
    from sklearn.base import BaseEstimator, TransformerMixin

    class Columns(TransformerMixin, BaseEstimator):
        def fit(self, y):
            return self

        def transform(self, y):
            return [y[:, [0]], y[:, [1]]]

        def inverse_transform(self, outputs, return_proba=False):
            columns = np.column_stack(outputs)
            return columns if return_proba else (columns > 0.5).astype(int)

        def get_metadata(self):
            return {"n_outputs_expected_": 2}

    class TwoOutputs(KerasClassifier):
        @property
        def target_encoder(self):
            return Columns()

    def create_model(meta):
        inputs = keras.Input((meta["n_features_in_"],))
        outputs = [keras.layers.Dense(1, activation="sigmoid")(inputs) for _ in "ab"]
        model = keras.Model(inputs, outputs)
        model.compile(
            optimizer=keras.optimizers.Adam(0.1), loss=["binary_crossentropy"] * 2
        )
        return model

    X, _ = binary
    Y = (X[:, :2] > 0).astype(int)
    classifier = TwoOutputs(create_model, epochs=15, verbose=0, random_state=0)
    assert (classifier.fit(X, Y).predict(X) == Y).mean() > 0.9
    with pytest.raises(ValueError, match="has 1 outputs, but the target encoder"):
        classifier.set_params(model=compiled).fit(X, Y)
