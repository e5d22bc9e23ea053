"""What every combination of versions must do: a way through the package, in short."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import cross_val_score

import skkeras
from skkeras import KerasMLPClassifier, KerasMLPRegressor
from skkeras.model_selection import OptunaSearchCV, mlp_space
from skkeras.report import compare

NET = KerasMLPClassifier((4,), epochs=3, random_state=0)


@pytest.mark.tensorflow
def test_a_compiled_fit_is_that_of_keras(binary):
    by_keras = KerasMLPClassifier((4,), epochs=3, random_state=0, engine="keras")
    compiled = KerasMLPClassifier((4,), epochs=3, random_state=0).fit(*binary)
    assert compiled.training_.engine == "compiled"
    expected = by_keras.fit(*binary).predict_proba(binary[0])
    assert_allclose(compiled.predict_proba(binary[0]), expected, atol=1e-5)


@pytest.mark.tensorflow
def test_folds_trained_together_score_as_alone(binary):
    alone = cross_val_score(NET, *binary, cv=3, scoring="neg_log_loss")
    with skkeras.fused():
        fused = cross_val_score(NET, *binary, cv=3, scoring="neg_log_loss")
    assert_allclose(fused, alone, atol=1e-5)


def test_a_search_finds_what_it_has_tried(binary):
    space = mlp_space("classification")
    search = OptunaSearchCV(NET, space, n_trials=2, cv=2, random_state=0)
    search.fit(*binary)
    assert len(search.cv_results_["params"]) == 2
    assert search.best_score_ == search.cv_results_["mean_test_score"].max()


def test_a_file_predicts_the_same(regression, tmp_path):
    X, y = regression
    net = KerasMLPRegressor((4,), epochs=2, random_state=0).fit(X, y)
    net.save(tmp_path / "net.skkeras")
    loaded = skkeras.load(tmp_path / "net.skkeras")
    assert_allclose(loaded.predict(X), net.predict(X), rtol=1e-6)


def test_models_are_compared(binary):
    models = {"net": NET, "dummy": DummyClassifier()}
    comparison = compare(models, *binary, cv=3, random_state=0)
    assert set(comparison.scores["model"]) == set(models)
    assert np.isfinite(comparison.scores["value"]).all()
