"""Subclasses with a constructor of their own train, clone, search and save."""

import pickle

import keras
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.utils import estimator_checks

import skkeras
from skkeras import (
    KerasClassifier,
    KerasMLPClassifier,
    KerasMLPRegressor,
    KerasRegressor,
)

pytestmark = pytest.mark.in_turn


def create_model(meta, compile_kwargs, units=4, activation="relu"):
    is_class = "n_classes_" in meta
    model = keras.Sequential(
        [
            keras.Input((meta["n_features_in_"],)),
            keras.layers.Dense(units, activation=activation, name="hidden"),
            keras.layers.Dense(1, activation="sigmoid" if is_class else None),
        ]
    )
    compile_kwargs["loss"] = "binary_crossentropy" if is_class else "mse"
    model.compile(**compile_kwargs)
    return model


def kept(base):
    class Kept(base):
        def __init__(self, model=create_model, my=1, **kwargs):
            super().__init__(model=model, **kwargs)
            self.my = my

    return Kept


def kept_mlp(base):
    class KeptMLP(base):
        def __init__(self, my=1, **kwargs):
            super().__init__(**kwargs)
            self.my = my

    return KeptMLP


KINDS = [
    (kept(KerasClassifier), "binary"),
    (kept(KerasRegressor), "regression"),
    (kept_mlp(KerasMLPClassifier), "binary"),
    (kept_mlp(KerasMLPRegressor), "regression"),
]


@pytest.mark.parametrize(("cls", "data"), KINDS)
def test_it_has_its_own_parameters_and_those_of_its_base(request, cls, data):
    X, y = request.getfixturevalue(data)
    base = cls.__mro__[1]
    estimator = cls(my=5, epochs=2, verbose=0, random_state=0)
    expected = base(epochs=2, verbose=0, random_state=0).get_params() | {"my": 5}
    if "model" in expected:
        expected["model"] = create_model
    assert estimator.get_params() == expected
    copy = clone(estimator.set_params(my=6, batch_size=16))
    assert copy.get_params() == expected | {"my": 6, "batch_size": 16}
    assert copy.fit(X, y).current_epoch == 2
    assert pickle.loads(pickle.dumps(base(epochs=3))).epochs == 3
    with pytest.raises(ValueError, match="Invalid parameter 'no_such'"):
        copy.set_params(no_such=1)


@pytest.mark.parametrize(("cls", "data"), KINDS)
def test_it_trains_as_its_base_does(request, cls, data):
    X, y = request.getfixturevalue(data)
    params = {"epochs": 2, "verbose": 0, "random_state": 0, "optimizer": "sgd"}
    mine = cls(my=2, **params).fit(X, y)
    base = cls.__mro__[1]
    if "model" in base().get_params():
        params["model"] = create_model
    plain = base(**params).fit(X, y)
    for a, b in zip(mine.model_.get_weights(), plain.model_.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(("cls", "data"), KINDS)
def test_a_search_sets_both_kinds(request, cls, data):
    X, y = request.getfixturevalue(data)
    search = GridSearchCV(
        cls(verbose=0, random_state=0), {"my": [2, 3], "epochs": [2]}, cv=2
    ).fit(X, y)
    assert search.best_estimator_.my in (2, 3)
    assert search.best_estimator_.current_epoch == 2
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_routed_and_factory_parameters_pass_through(binary):
    cls = kept(KerasClassifier)
    estimator = cls(units=3, optimizer__learning_rate=0.25, verbose=0)
    estimator.set_params(activation="tanh", fit__epochs=2)
    fitted = clone(estimator).fit(*binary)
    assert fitted.model_.get_layer("hidden").units == 3
    assert fitted.model_.get_layer("hidden").activation.__name__ == "tanh"
    assert float(fitted.model_.optimizer.learning_rate) == 0.25
    assert fitted.current_epoch == 2
    with pytest.raises(ValueError, match="'unitz' is taken neither"):
        cls(unitz=3, verbose=0).fit(*binary)


class Unkept(KerasClassifier):
    def __init__(self, model=create_model, my=1, **kwargs):
        super().__init__(model=model, epochs=my, **kwargs)


class Decided(KerasClassifier):
    """Decides some of its base's parameters."""

    def __init__(self, units=5, **kwargs):
        super().__init__(
            create_model, units=units, optimizer="sgd", verbose=0, **kwargs
        )


class Closed(KerasClassifier):
    """Takes nothing but what it names."""

    def __init__(self, units=5):
        super().__init__(create_model, epochs=2, optimizer="sgd", verbose=0)
        self.units = units


class Starred(KerasClassifier):
    def __init__(self, *args, loss="binary_crossentropy", **kwargs):
        super().__init__(*args, loss=loss, **kwargs)


class Further(Decided):
    def __init__(self, depth=2, **kwargs):
        super().__init__(**kwargs)
        self.depth = depth


class Popped(KerasClassifier):
    def __init__(self, **kwargs):
        self.split = kwargs.pop("split", 3)
        super().__init__(**kwargs)


class Method(KerasClassifier):
    def __init__(self, hidden=6):
        super().__init__(verbose=0)
        self.hidden = hidden

    def _keras_build_fn(self, meta, compile_kwargs):
        return create_model(meta, compile_kwargs, units=self.hidden)


class ClosedMLP(KerasMLPClassifier):
    def __init__(self, width=7):
        super().__init__(hidden_layer_sizes=(width,), epochs=1)
        self.width = width


WAYS = [
    (Unkept(my=2, verbose=0), {"epochs": 2}),
    (Decided(3), {"units": 3, "optimizer": "sgd"}),
    (Decided(3).set_params(optimizer="adam"), {"units": 3, "optimizer": "adam"}),
    (Closed(3), {"units": 3, "epochs": 2}),
    (Starred(create_model, units=3, verbose=0), {"units": 3}),
    (Further(4, units=3, epochs=2), {"depth": 4, "units": 3, "epochs": 2}),
    (Popped(model=create_model, split=5, units=3, verbose=0), {"split": 5, "units": 3}),
    (Method(3), {"hidden": 3}),
    (ClosedMLP(3), {"width": 3, "hidden_layer_sizes": (3,)}),
]


@pytest.mark.parametrize(("estimator", "values"), WAYS, ids=lambda v: type(v).__name__)
def test_ways_to_write_the_constructor(binary, tmp_path, estimator, values):
    for copy in (clone(estimator), clone(clone(estimator))):
        assert {name: getattr(copy, name) for name in values} == values
        assert copy.get_params().keys() == estimator.get_params().keys()
    fitted = copy.fit(*binary)
    assert fitted.current_epoch == getattr(estimator, "epochs", 1)
    if "units" in values or "hidden" in values:
        assert fitted.model_.get_layer("hidden").units == 3
    path = tmp_path / "estimator.skkeras"
    fitted.save(path)
    objects = {type(estimator).__name__: type(estimator), "create_model": create_model}
    loaded = skkeras.load(path, custom_objects=objects)
    np.testing.assert_array_equal(loaded.predict(binary[0]), fitted.predict(binary[0]))
    assert loaded.fit(*binary).current_epoch == fitted.current_epoch


PARAMETER_CHECKS = [
    estimator_checks.check_parameters_default_constructible,
    estimator_checks.check_get_params_invariance,
    estimator_checks.check_set_params,
    estimator_checks.check_estimator_cloneable,
    estimator_checks.check_no_attributes_set_in_init,
    estimator_checks.check_do_not_raise_errors_in_init_or_set_params,
    estimator_checks.check_estimator_repr,
]


def test_a_closed_constructor_hides_what_it_does_not_take(binary):
    assert set(Closed().get_params()) == {"units"}
    with pytest.raises(ValueError, match="Invalid parameter 'epochs'"):
        Closed().set_params(epochs=3)
    assert np.isfinite(cross_val_score(Closed(), *binary, cv=2)).all()


def test_clones_keep_requests_and_their_originals_stay_as_they_are(binary):
    import sklearn

    with sklearn.config_context(enable_metadata_routing=True):
        estimator = kept(KerasClassifier)().set_fit_request(sample_weight=True)
        before = dict(vars(estimator))
        copy = clone(estimator)
        assert copy.get_metadata_routing().fit.requests["sample_weight"] is True
    assert vars(estimator) == before
    assert "get_params" not in vars(copy)


def test_a_subclass_own_default_that_a_factory_contradicts(binary):
    class WithSGD(KerasClassifier):
        def __init__(self, model=None, optimizer="sgd", **kwargs):
            super().__init__(model, optimizer=optimizer, **kwargs)

    def compiled():
        model = keras.Sequential([keras.layers.Dense(1, activation="sigmoid")])
        model.compile("adam", "binary_crossentropy")
        return model

    with pytest.raises(ValueError, match="optimizer='sgd' has no effect"):
        WithSGD(compiled, verbose=0).fit(*binary)


@pytest.mark.parametrize("check", PARAMETER_CHECKS, ids=lambda check: check.__name__)
def test_scikit_learns_checks_of_parameters(check):
    check("Kept", kept(KerasClassifier)(verbose=0))
