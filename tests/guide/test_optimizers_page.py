"""The page of optimizers explains every argument of every optimizer and schedule."""

import inspect
import re
from pathlib import Path

import keras
import pytest

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "guide" / "optimizers.md").read_text(encoding="utf-8")
CLASSES = {
    name: value
    for name, value in vars(keras.optimizers).items()
    if inspect.isclass(value)
    and issubclass(value, keras.optimizers.Optimizer)
    and value is not keras.optimizers.Optimizer
}
SCHEDULES = {
    name: value
    for name, value in vars(keras.optimizers.schedules).items()
    if inspect.isclass(value) and name != "LearningRateSchedule"
}


def arguments(of):
    parameters = inspect.signature(of).parameters.values()
    return {p.name: p.default for p in parameters if p.kind is not p.VAR_KEYWORD}


COMMON = set.intersection(
    *(
        set(arguments(value))
        for name, value in CLASSES.items()
        if name not in ("LossScaleOptimizer", "MultiOptimizer")
    )
)


def paragraph(name):
    """Return what the page says of one optimizer: from its bold name to the next."""
    found = re.search(rf"^\*\*{name}\b.*?(?=^\*\*|^## )", TEXT, re.M | re.S)
    assert found, f"no paragraph of {name}"
    return found[0]


def test_there_are_optimizers_to_explain():
    assert len(CLASSES) >= 12
    assert {"learning_rate", "clipnorm", "use_ema"} <= COMMON


@pytest.mark.parametrize("argument", sorted(COMMON))
def test_common_arguments_have_a_row(argument):
    assert re.search(rf"^\| `{argument}` \|", TEXT, re.M)


@pytest.mark.parametrize("name", CLASSES)
def test_own_arguments_are_in_the_paragraph(name):
    wrapper = name in ("LossScaleOptimizer", "MultiOptimizer")
    common = {"name", "loss_scale_factor"} if wrapper else COMMON
    for argument in set(arguments(CLASSES[name])) - common:
        assert f"`{argument}`" in paragraph(name)


@pytest.mark.skipif(
    tuple(map(int, keras.__version__.split(".")[:2])) < (3, 15),
    reason="the page has the defaults of Keras 3.15",
)
@pytest.mark.parametrize("name", CLASSES)
def test_defaults_are_keras_own(name):
    given = arguments(CLASSES[name])
    for argument, rest in re.findall(r"`(\w+)` \(([^)]*)\)", paragraph(name)):
        default = rest.split(",")[-1].strip()
        assert repr(given[argument]) in (default, repr(_number(default))), argument


def _number(text):
    try:
        number = float(text)
    except ValueError:
        return text
    return number


@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules_are_in_the_table(name):
    found = re.search(rf"^\| `{name}\(([^)]*)\)`.*$", TEXT, re.M)
    names = {"initial_learning_rate": "rate"}
    for argument in set(arguments(SCHEDULES[name])) - {"name"}:
        assert names.get(argument, argument) in found[0]
