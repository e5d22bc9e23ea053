"""Where a new Keras calls a private name otherwise, fits go through `Model.fit`."""

import random
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import keras
import pytest
from test_private_names import ROOMS, listed

from skkeras.spelling import snake_case
from skkeras.training.keras_internals.self_check import (
    _OF_KERAS,
    _OF_TENSORFLOW,
    missing_names,
)

pytestmark = pytest.mark.tensorflow

# Names that rooms do without, as their docstrings say.
SPARED = {"gradient_registry", "_registry", "keras.src", "tensorflow.python"}
# Modules whose names the check looks for by the functions in them.
BY_FUNCTIONS = r"(array_data_adapter|array_slicing|data_adapter_utils)\..*"

FIT = """
import warnings, numpy as np, keras
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    from skkeras import KerasMLPClassifier
    X = np.random.default_rng(0).normal(size=(60, 3))
    y = (X[:, 0] > 0).astype(int)
    for _ in range(2):
        net = KerasMLPClassifier((4,), epochs=3, random_state=0).fit(X, y)
told = sum("does not compile training" in str(one.message) for one in caught)
print("RESULT", net.training_.engine, told, *net.predict_proba(X[:3])[:, 0])
"""


def engine_names():
    """Return the private names that the engine's rooms list."""
    rooms = [room for room in ROOMS if room.startswith("training/")]
    return sorted({name for room in rooms for name in listed(room)} - SPARED)


def fit_without(name):
    """Return engine, number of warnings and probabilities of a fit without a name."""
    script = Path(__file__).parent / "renamed_names.py"
    run = subprocess.run(
        [sys.executable, script, name, FIT], capture_output=True, text=True, timeout=300
    )
    assert run.returncode == 0, run.stderr[-2000:]
    engine, told, *found = re.search("RESULT (.*)", run.stdout).group(1).split()
    return engine, int(told), [float(number) for number in found]


def test_all_names_are_there():
    assert missing_names() == ()


@pytest.mark.parametrize("name", engine_names())
def test_the_check_looks_for_each_name_of_the_rooms(name):
    checked = {*_OF_KERAS, *_OF_TENSORFLOW}.union(
        *_OF_KERAS.values(), *_OF_TENSORFLOW.values()
    )
    assert name in checked or re.fullmatch(BY_FUNCTIONS, name)


def of_keras():
    names = (n.split(".")[-1] for n in engine_names() if "tensorflow" not in n)
    return sorted(set(names) - {"_seed", "_rng", "_context_handle"})


@pytest.mark.slow
@pytest.mark.in_turn
def test_a_fit_goes_through_keras_where_a_name_is_missing():
    engine, told, expected = fit_without("no_such_name")
    assert (engine, told) == ("compiled", 0)
    drawn = random.Random(date.today().toordinal()).sample(of_keras(), 2)
    for name in drawn:
        engine, told, found = fit_without(name)
        assert (name, engine, told) == (name, "keras", 1)
        assert found == pytest.approx(expected, abs=1e-5)


def test_names_of_classes_are_made_as_keras_makes_them():
    from keras.src.utils.naming import to_snake_case

    modules = keras.layers, keras.metrics, keras.losses, keras.optimizers
    names = [name for module in modules for name in dir(module) if name[0].isupper()]
    assert len(names) > 150
    assert [*map(snake_case, names)] == [*map(to_snake_case, names)]
