import functools
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from optuna.distributions import IntDistribution
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skkeras import KerasClassifier, KerasMLPClassifier
from skkeras.model_selection import mlp_space
from skkeras.model_selection.description import digest_of


def factory(units=3, rate=0.1):
    def create_model():
        return units, rate

    return create_model


def net(meta, width=4):
    return width


class Slots:
    __slots__ = ("a",)


class Ring:
    def __init__(self, size):
        self.size = size
        self.links = [self, self, {"ring": self}]


VALUES = {
    "none": None,
    "number": 1,
    "another number": 1.0,
    "truth": True,
    "word": "1",
    "list": [1, 2],
    "dict": {"a": [1, 2]},
    "another dict": {"a": [1, 3]},
    "set": {1, 2, 3},
    "array": np.arange(3.0),
    "another array": np.arange(3),
    "frame": pd.DataFrame({"a": [1.0, 2.0], "b": ["x", None]}),
    "frame of another name": pd.DataFrame({"a": [1.0, 2.0], "c": ["x", None]}),
    "function": net,
    "closure": factory(),
    "another closure": factory(4),
    "another default": functools.partial(net, width=5),
    "lambda": lambda x: x + 1,
    "another lambda": lambda x: x + 2,
    "built in": len,
    "ufunc": np.tanh,
    "class": KerasClassifier,
    "estimator": LogisticRegression(C=2),
    "another estimator": LogisticRegression(C=3),
    "pipeline": make_pipeline(StandardScaler(), LogisticRegression(C=2)),
    "keras": KerasClassifier(factory(), epochs=3),
    "keras of another factory": KerasClassifier(factory(9), epochs=3),
    "perceptron": KerasMLPClassifier(),
    "space": mlp_space("classification"),
    "narrower space": mlp_space("classification", units=(8, 16)),
    "distribution": {"depth": IntDistribution(1, 3)},
    "another distribution": {"depth": IntDistribution(1, 2)},
    "scipy": stats.uniform(0, 1),
    "another of scipy": stats.uniform(0, 2),
    "slots": Slots(),
    "ring": Ring(2),
    "another ring": Ring(3),
}


def test_different_values_have_different_digests():
    digests = {name: digest_of(value) for name, value in VALUES.items()}
    assert len(set(digests.values())) == len(digests)


def test_another_process_finds_the_same():
    """Whatever its hashes of strings and its addresses are."""
    code = (
        "import json, sys; sys.path.insert(0, sys.argv[1]);"
        "from test_description import VALUES, digest_of;"
        "print(json.dumps({n: digest_of(v) for n, v in VALUES.items()}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(Path(__file__).parent)],
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    assert found == {name: digest_of(value) for name, value in VALUES.items()}


@pytest.mark.parametrize("without_effect", ["n_jobs", "verbose"])
def test_what_changes_no_score_does_not_count(without_effect):
    plain, other = LogisticRegression(), LogisticRegression()
    setattr(other, without_effect, 2)
    assert digest_of(plain) == digest_of(other)


leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
trees = st.recursive(
    leaves, lambda t: st.lists(t, max_size=3) | st.dictionaries(st.text(), t)
)


@given(trees, trees)
def test_digests_differ_where_values_do(a, b):
    assert digest_of(a) == digest_of(json.loads(json.dumps(a)))
    assert (digest_of(a) == digest_of(b)) == (repr(_sorted(a)) == repr(_sorted(b)))


def _sorted(tree):
    if isinstance(tree, dict):
        pairs = ((key, _sorted(each)) for key, each in tree.items())
        return "dict", sorted(pairs, key=repr)
    return tuple(map(_sorted, tree)) if isinstance(tree, list) else tree
