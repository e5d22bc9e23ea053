import subprocess
import sys

import pytest
from sklearn.pipeline import make_pipeline

import skkeras
from skkeras import KerasClassifier, KerasMLPRegressor
from skkeras.own_estimators import is_keras_estimator


class Derived(KerasClassifier):
    pass


ALL = [name for name in skkeras.__all__ if name.endswith(("Classifier", "Regressor"))]


@pytest.mark.parametrize("name", ALL)
def test_our_estimators_are_recognized(name):
    kind = getattr(skkeras, name)
    assert is_keras_estimator(kind.__new__(kind))


def test_those_derived_from_ours_are_recognized():
    assert is_keras_estimator(Derived())


@pytest.mark.parametrize(
    "value", [KerasMLPRegressor, make_pipeline(KerasMLPRegressor()), None]
)
def test_what_is_no_estimator_of_ours_is_not(value):
    assert not is_keras_estimator(value)


def test_asking_imports_no_keras():
    code = (
        "import sys; from sklearn.dummy import DummyClassifier;"
        "from skkeras.own_estimators import is_keras_estimator;"
        "print(is_keras_estimator(DummyClassifier()), 'keras' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "False"]
