"""Estimators with our layers are loaded; a file may name nothing else of ours."""

import subprocess
import sys

import keras
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import skkeras
from skkeras import KerasRegressor
from skkeras.estimators.saving.configuration import check_names
from skkeras.layers import (
    FeatureScale,
    PeriodicEmbedding,
    PiecewiseLinearEncoding,
    TableFeatures,
)

pytestmark = pytest.mark.in_turn

X = np.random.default_rng(0).normal(size=(30, 2)).astype("float32")
Y = X[:, 0]
LAYERS = {
    "piecewise": lambda: PiecewiseLinearEncoding([[-1, 0, 0.3, 1]] * 2),
    "periodic": lambda: PeriodicEmbedding(3, 2, activation="relu"),
    "table": lambda: TableFeatures(2, 0, encoding=PeriodicEmbedding(3, 2)),
    "scale": lambda: FeatureScale(scale_regularizer="l2"),
}


def create_model(meta, layer):
    layers = [keras.Input((2,)), LAYERS[layer](), keras.layers.Dense(1)]
    model = keras.Sequential(layers)
    model.compile("adam", "mse")
    return model


@pytest.mark.parametrize("layer", LAYERS)
def test_saved_estimator_is_loaded(layer, tmp_path):
    estimator = KerasRegressor(create_model, layer=layer, epochs=1, random_state=0)
    path = tmp_path / "regressor.skkeras"
    estimator.fit(X, Y).save(path)
    names = {"create_model": create_model}
    loaded = skkeras.load(path, custom_objects=names)
    assert_array_equal(loaded.predict(X), estimator.predict(X))
    assert_array_equal(
        loaded.model_.get_weights()[0], estimator.model_.get_weights()[0]
    )


def test_another_process_loads_it(tmp_path):
    path = tmp_path / "regressor.skkeras"
    estimator = KerasRegressor(create_model, layer="piecewise", epochs=1)
    estimator.fit(X, Y).save(path)
    code = (
        "import numpy as np, skkeras\n"
        "def create_model(meta, layer): ...\n"
        f"names = {{'create_model': create_model}}\n"
        f"loaded = skkeras.load({str(path)!r}, custom_objects=names)\n"
        "print(loaded.predict(np.ones((1, 2)))[0])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    expected = estimator.predict(np.ones((1, 2)))[0]
    assert float(run.stdout.split()[-1]) == pytest.approx(float(expected), rel=1e-5)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("skkeras", "load"),
        ("skkeras.layers", "keras"),
        ("skkeras.layers.periodic_embedding", "math"),
        ("skkeras.layers.piecewise_linear_encoding", "np"),
        ("skkeras.estimators.mlp", "KerasMLPClassifier"),
        ("skkeras.datasets", "load_pima"),
        ("skkeras.training.job", "Job"),
        ("skkeras.losses", "skkeras"),
        ("skkeras.losses.multi_quantile_loss", "keras"),
    ],
)
@pytest.mark.parametrize("registered", [None, "skkeras>{name}"])
def test_nothing_else_of_ours_can_be_named(module, name, registered):
    part = {
        "module": module,
        "class_name": name,
        "config": {},
        "registered_name": registered and registered.format(name=name),
    }
    with pytest.raises(ValueError, match="neither Keras's own nor among"):
        check_names({"layers": [part]}, {})
    function = {"module": module, "class_name": "function", "config": name}
    with pytest.raises(ValueError, match="neither Keras's own nor among"):
        check_names([function], {})
