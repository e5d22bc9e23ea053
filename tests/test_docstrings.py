"""Examples of docstrings: they run, and leave the process as they found it."""

import doctest
import importlib.util
import pkgutil

import pytest
from global_state import left_as_it_was

import skkeras

pytestmark = pytest.mark.in_turn

PUBLIC = [
    "skkeras",
    "skkeras.datasets",
    "skkeras.layers",
    "skkeras.losses",
    "skkeras.model_selection",
    "skkeras.preprocessing",
    "skkeras.report",
    "skkeras.report.statistics",
]
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
# Their examples build models and layers as users do, and Keras draws their seeds.
DRAWS = {
    "skkeras.layers.periodic_embedding.PeriodicEmbedding",
    "skkeras.layers.table_features.TableFeatures",
    "skkeras.transfer.copy_weights",
}
# Their examples would download or need what this machine may not have.
NOT_RUN = ("skkeras.gpu",)


def modules():
    for found in pkgutil.walk_packages(skkeras.__path__, "skkeras."):
        if "jax" not in found.name or importlib.util.find_spec("jax"):
            yield importlib.import_module(found.name)


def examples():
    finder = doctest.DocTestFinder(exclude_empty=True)
    for module in modules():
        if not module.__name__.startswith(NOT_RUN):
            yield from (t for t in finder.find(module) if t.examples)


@pytest.mark.tensorflow
@pytest.mark.parametrize("example", list(examples()), ids=lambda example: example.name)
def test_an_example_runs_and_leaves_the_process_as_it_was(
    example, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    with left_as_it_was(draws=example.name in DRAWS):
        runner = doctest.DocTestRunner(optionflags=FLAGS)
        found = runner.run(example)
    assert found.failed == 0
    assert found.attempted > 0


def public_names():
    for name in PUBLIC:
        module = importlib.import_module(name)
        for each in module.__all__:
            if callable(getattr(module, each)):
                yield f"{name}.{each}"


@pytest.mark.parametrize("name", list(public_names()))
def test_what_is_public_has_an_example(name):
    module, _, attribute = name.rpartition(".")
    documented = getattr(importlib.import_module(module), attribute)
    assert ">>> " in documented.__doc__
