import subprocess
import sys

import pytest
from sklearn.pipeline import make_pipeline

from skkeras import KerasClassifier, KerasMLPRegressor
from skkeras.own_estimators import is_keras_estimator


class Derived(KerasClassifier):
    pass


@pytest.mark.parametrize("estimator", [KerasMLPRegressor(), Derived()])
def test_our_estimators_are_recognized(estimator):
    assert is_keras_estimator(estimator)


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
