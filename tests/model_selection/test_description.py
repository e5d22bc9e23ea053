import functools
import json
import shutil
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
from sklearn.compose import ColumnTransformer
from sklearn.feature_selection import SelectKBest, f_classif, f_regression
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skkeras
from skkeras import KerasClassifier, KerasMLPClassifier
from skkeras.model_selection import mlp_space
from skkeras.model_selection.description import digest_of


def factory(units=3, rate=0.1):
    def create_model():
        return units, rate

    return create_model


def net(meta, width=4):
    return width


LOW, LIMITS = 0.1, {"high": 0.5}


def bounded(trial):
    def inner():
        return LIMITS["high"]

    return {"a": trial.suggest_float("a", LOW, inner())}


class Space:
    def __init__(self, low):
        self.low = low

    def define(self, trial):
        return {"a": trial.suggest_float("a", self.low, 1.0)}


def nested(depth, leaf):
    """Put an estimator into as many pipelines, columns and lists as asked for."""
    for _ in range(depth):
        leaf = make_pipeline(ColumnTransformer([("part", leaf, [0])]))
    return leaf


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
    "method": Space(0.1).define,
    "method of another": Space(0.2).define,
    "nested": nested(9, StandardScaler()),
    "nested otherwise": nested(9, StandardScaler(with_mean=False)),
    "library's function": SelectKBest(f_classif),
    "another function of it": SelectKBest(f_regression),
    "ring": Ring(2),
    "another ring": Ring(3),
}


def test_different_values_have_different_digests():
    digests = {name: digest_of(value) for name, value in VALUES.items()}
    assert len(set(digests.values())) == len(digests)


def test_another_process_finds_the_same(tmp_path):
    """Whatever its hashes of strings, its addresses and its place of skkeras are."""
    package = Path(skkeras.__file__).parent
    shutil.copytree(package, tmp_path / "skkeras")
    code = (
        "import json, sys; sys.path[:0] = sys.argv[1:];"
        "from test_description import VALUES, digest_of;"
        "print(json.dumps({n: digest_of(v) for n, v in VALUES.items()}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path), str(Path(__file__).parent)],
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


@pytest.mark.parametrize(
    ("name", "value"), [("LOW", 0.2), ("LIMITS", {"high": 0.6}), ("nested", net)]
)
def test_a_global_counts_where_it_is_named(monkeypatch, name, value):
    """Also within a function inside."""
    before = digest_of(bounded)
    monkeypatch.setitem(globals(), name, value)
    assert (digest_of(bounded) != before) == (name != "nested")


def typed(source):
    """Define `create_model` as a notebook or an interpreter does: in no file."""
    namespace = {"functools": functools, "Own": Own}
    given = {*namespace, "__builtins__"}
    exec(source, namespace)
    return next(v for k, v in namespace.items() if k not in given)


def test_a_function_counts_by_what_it_does_not_by_how_it_is_written():
    source = "def create_model(n=3):\n    return [i + n for i in range(9)]\n"
    written = digest_of(typed(source))
    with_comment = source.replace("[i", "[  # one more\n    i")
    assert digest_of(typed("\n\n" + with_comment)) == written
    for other in ("i - n", "i + n + 1", "i + i", "n"):
        assert digest_of(typed(source.replace("i + n", other))) != written


KINDS = [
    *("", "@property", "@staticmethod", "@classmethod"),
    *("@functools.cached_property", "@functools.lru_cache", "@functools.partialmethod"),
    *("@functools.singledispatchmethod", "@Own"),
]


class Own:
    """A descriptor of one's own around a function."""

    def __init__(self, function):
        self.wrapped = function

    def __get__(self, instance, owner=None):
        return self.wrapped


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("of", ["class", "object", "subclass"])
def test_a_class_of_ones_own_counts_by_its_methods(kind, of):
    source = f"class Scale:\n    {kind}\n    def f(*args):\n        return 1\n"
    make = {
        "class": lambda scale: scale,
        "object": lambda scale: scale(),
        "subclass": lambda scale: type("Wider", (scale,), {}),
    }[of]
    first = digest_of(make(typed(source)))
    assert digest_of(make(typed(source))) == first
    for old, new in (("return 1", "return 2"), ("def f", "def g")):
        assert digest_of(make(typed(source.replace(old, new)))) != first


@pytest.mark.parametrize("kind", ["dict", "list", "str", "float", "tuple"])
def test_a_members_class_of_ones_own_counts_by_its_methods(kind):
    source = (
        f"class Own({kind}):\n    def f(self):\n        return 1\n"
        "class Scale:\n    member = Own()\n"
    )
    first = digest_of(typed(source))
    assert digest_of(typed(source)) == first
    assert digest_of(typed(source.replace("return 1", "return 2"))) != first


def test_a_function_that_has_run_often_is_the_same():
    """The interpreter rewrites code that runs often."""
    function = typed("def create_model(n=3):\n    return [i + n for i in range(9)]\n")
    before = digest_of(function)
    for _ in range(5000):
        function()
    assert digest_of(function) == before


def test_it_does_not_matter_whether_equal_parts_are_one_object():
    one = [1, 2]
    assert digest_of([one, one]) == digest_of([[1, 2], [1, 2]])
    assert digest_of([one, one]) != digest_of([one, [1, 3]])


def test_what_refers_to_itself_many_times_is_soon_described():
    value = ["leaf"]
    for _ in range(200):
        value = [value, value, {"again": value}]
    assert digest_of(value) == digest_of(value)


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
