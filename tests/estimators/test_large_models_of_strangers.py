"""Small files whose models take much memory or time to build are refused."""

import inspect
import itertools
import json
import os
import subprocess
import sys
import zipfile

import keras
import numpy as np
import pytest
from stranger_files import named, rewritten, with_config, with_members

import skkeras
from skkeras import KerasClassifier
from skkeras.estimators.saving.allowance import (
    MOST_OBJECTS,
    Allowance,
    check_parts,
    counting,
)
from skkeras.estimators.saving.limits import check_weights

pytestmark = pytest.mark.in_turn


def create_binary(meta):
    inputs = keras.Input((meta["n_features_in_"],), name="first")
    hidden = keras.layers.Dense(3, activation="relu", name="hidden")(inputs)
    outputs = keras.layers.Dense(1, activation="sigmoid", name="last")(hidden)
    return keras.Model(inputs, outputs)


@pytest.fixture(scope="module")
def saved(binary, tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "classifier.skkeras"
    fitted = KerasClassifier(create_binary, loss="bce", verbose=0, random_state=0)
    fitted.fit(*binary).save(path)
    return path


def tensor(name, *shape):
    config = {"shape": [None, *shape], "dtype": "float32"}
    history = {"keras_history": [name, 0, 0]}
    return {"class_name": "__keras_tensor__", "config": config | history}


def called(name, layer, *inputs):
    """Describe a layer of a Functional model, and one call of it."""
    layer = {**layer, "config": {**layer["config"], "name": name}, "name": name}
    return layer | {"inbound_nodes": [{"args": list(inputs), "kwargs": {}}]}


def kind(cls, module="keras.layers", **config):
    return named(module, cls, config)


def extra_input(*shape):
    layer = kind("InputLayer", batch_shape=[None, *shape], name="x")
    return {**layer, "name": "x", "inbound_nodes": []}


def chain(count):
    """Layers in a row, each the input of the next."""
    names = ["last", *(f"layer_{i}" for i in range(count))]
    return [
        called(name, kind("Flatten"), tensor(before, 1))
        for before, name in itertools.pairwise(names)
    ]


def sequential(count):
    layers = [kind("Flatten", name=f"layer_{i}") for i in range(count)]
    inside = [kind("InputLayer", batch_shape=[None, 1]), *layers]
    return called("s", kind("Sequential", "keras", layers=inside), tensor("last", 1))


def extended(*layers):
    return with_config(lambda there: there.extend(layers))


def with_metrics(*metrics):
    def change(members):
        config = json.loads(members["config.json"])
        config["compile_config"]["metrics"] = list(metrics)
        members["config.json"] = json.dumps(config)

    return with_members(change)


def metric(cls, **config):
    return kind(cls, "keras.metrics", **config)


def operation(cls, room="numpy", **config):
    return kind(cls, f"keras.src.ops.{room}", **config)


def stacked(count):
    return kind("StackedRNNCells", cells=[kind("SimpleRNNCell", units=1)] * count)


def normalized(size, **config):
    built = {"build_config": {"input_shape": [None, size]}}
    layer = kind("Normalization", **config) | built
    return extended(extra_input(size), called("n", layer, tensor("x", size)))


BUILT_TOO_LONG = {
    "layers in a row, called anew for each": extended(sequential(2000)),
    "layers in the wrong order": extended(*reversed(chain(300))),
    "small variables": extended(
        *(
            called(f"d{i}", kind("Dense", units=1), tensor("last", 1))
            for i in range(1500)
        )
    ),
    "cells, made three times": extended(
        extra_input(3, 1),
        called(
            "b",
            kind("Bidirectional", layer=kind("RNN", cell=stacked(1000))),
            tensor("x", 3, 1),
        ),
    ),
    "tensors that a number asks for": extended(
        called("u", operation("Unstack", "core", num=10**6, axis=1), tensor("last", 1))
    ),
}
ASK_FOR_NUMBERS = {
    "thresholds": with_metrics(metric("AUC", num_thresholds=10**8)),
    "thresholds by another name": with_metrics(
        kind("AUC", "keras.src.metrics", num_thresholds=10**8)
    ),
    "curves": with_metrics(metric("AUC", multi_label=True, num_labels=10**6)),
    "thresholds of a recall": with_metrics(
        metric("RecallAtPrecision", precision=0.5, num_thresholds=10**8)
    ),
    "classes": with_metrics(metric("MeanIoU", num_classes=10**5)),
    "many metrics": with_metrics(*[metric("AUC")] * 1000),
    "means": with_metrics(*[metric("Mean")] * 1000),
    "n-grams after a credit": extended(
        kind("TextVectorization", ngrams=10**9) | {"name": "s"},
        kind("TextVectorization", ngrams=-(10**9)) | {"name": "t"},  # taken first
    ),
    "n-grams": extended(kind("TextVectorization", ngrams=10**9) | {"name": "t"}),
    "a mean for all": normalized(10**9, mean=0.0, variance=1.0),
    "means of a layer's own": normalized(10**9),
}
CALLED = {
    "an operation on a number": called("a", operation("Arange"), 10**10),
    "an operation on nothing": {
        **called("a", operation("Arange")),
        "inbound_nodes": [[]],
    },
}


@pytest.mark.parametrize("name", BUILT_TOO_LONG)
def test_models_that_take_long_to_build_are_refused(saved, tmp_path, name):
    path = rewritten(saved, tmp_path / "evil.skkeras", model=BUILT_TOO_LONG[name])
    with pytest.raises(ValueError, match=r"more than \d+ objects to build, too many"):
        skkeras.load(path)


@pytest.mark.parametrize("name", ASK_FOR_NUMBERS)
def test_numbers_that_a_few_bytes_ask_for_are_refused(saved, tmp_path, name):
    path = rewritten(saved, tmp_path / "evil.skkeras", model=ASK_FOR_NUMBERS[name])
    with pytest.raises(ValueError, match="ask for more numbers than the file holds"):
        skkeras.load(path)


@pytest.mark.parametrize("name", CALLED)
def test_loading_computes_nothing(saved, tmp_path, name):
    path = rewritten(saved, tmp_path / "evil.skkeras", model=extended(CALLED[name]))
    with pytest.raises(ValueError, match="a layer is called on no tensor"):
        skkeras.load(path)


def test_a_mean_of_no_known_length_is_refused(saved, tmp_path):
    layer = kind("Normalization", mean=0.0, variance=1.0)
    change = extended(extra_input(10**9), called("n", layer, tensor("x", 10**9)))
    with pytest.raises(ValueError, match="cannot be loaded"):
        skkeras.load(rewritten(saved, tmp_path / "evil.skkeras", model=change))


@pytest.mark.parametrize(
    "asked", [metric("AUC", num_thresholds=10**8), metric("MeanIoU", num_classes=10**5)]
)
def test_metrics_among_the_parameters_are_counted(saved, tmp_path, asked):
    def change(state):
        state["parameters"]["metrics"] = {"keras": asked}

    path = rewritten(saved, tmp_path / "evil.skkeras", state=change)
    with pytest.raises(ValueError, match="ask for more numbers"):
        skkeras.load(path)


def test_what_is_left_is_shared_by_all_parts_of_a_file(saved, tmp_path):
    def change(state):
        state["parameters"]["metrics"] = [{"keras": metric("AUC")}] * 300

    path = tmp_path / "evil.skkeras"
    rewritten(saved, path, model=with_metrics(*[metric("AUC")] * 300), state=change)
    with pytest.raises(ValueError, match="ask for more numbers"):
        skkeras.load(path)


def test_lengths_that_metrics_take_are_known():
    """A new one of Keras's must be counted, too."""
    found = {
        name
        for cls in vars(keras.metrics).values()
        if inspect.isclass(cls) and issubclass(cls, keras.Metric)
        for name in inspect.signature(cls.__init__).parameters
        if name.startswith("num")
    }
    arithmetic = {"num_regressors"}
    assert found - arithmetic == {"num_thresholds", "num_labels", "num_classes"}


# What must be read


def flatten_without_end():
    while True:
        keras.layers.Flatten()


def test_counting_leaves_keras_as_it_was():
    first = keras.layers.Flatten().name
    with pytest.raises(ValueError, match="objects"), counting(Allowance(0), 0):
        flatten_without_end()
    number = int(first.rpartition("_")[2]) if first != "flatten" else 0
    assert keras.layers.Flatten().name == f"flatten_{number + 1}"
    assert keras.layers.Dense(2)(np.zeros((1, 3), "float32")).shape == (1, 2)


def residual(blocks):
    """A net of four layers a block."""
    inputs = x = keras.Input((8,))
    for _ in range(blocks):
        y = keras.layers.BatchNormalization()(x)
        y = keras.layers.ReLU()(y)
        y = keras.layers.Dense(8)(y)
        x = keras.layers.Add()([x, y])
    return keras.Model(inputs, x)


HONEST = {
    "a thousand layers": lambda: residual(250),
    "ResNet50": lambda: keras.applications.ResNet50(weights=None),
    "a hundred layers in a row": lambda: keras.Sequential(
        [keras.Input((8,)), *(keras.layers.Dense(8) for _ in range(100))]
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HONEST)
def test_large_models_are_far_from_what_they_may(tmp_path, name):
    path = tmp_path / "model.keras"
    HONEST[name]().save(path)
    with zipfile.ZipFile(path) as file:
        config = json.loads(file.read("config.json"))
        weights = file.read("model.weights.h5")
    allowance = Allowance(path.stat().st_size)
    allowance.take_objects(MOST_OBJECTS // 2)
    check_parts(config, allowance)
    check_weights(config, [weights], {}, allowance)


METRICS = ["accuracy", keras.metrics.AUC(), keras.metrics.Precision(0.3)]


def test_metrics_and_normalization_are_read(binary, tmp_path):
    def create(meta):
        inputs = keras.Input((meta["n_features_in_"],))
        x = keras.layers.Normalization(mean=1.0, variance=2.0)(inputs)
        model = keras.Model(inputs, keras.layers.Dense(1, activation="sigmoid")(x))
        model.compile(loss="binary_crossentropy", metrics=METRICS)
        return model

    fitted = KerasClassifier(create, random_state=0, verbose=0).fit(*binary)
    fitted.save(tmp_path / "file")
    loaded = skkeras.load(tmp_path / "file")
    np.testing.assert_array_equal(loaded.predict(binary[0]), fitted.predict(binary[0]))


# What it costs

MEASURED = """
import resource, sys
import skkeras
skkeras.load(sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF)
try:
    skkeras.load(sys.argv[2])
except ValueError:
    pass
after = resource.getrusage(resource.RUSAGE_SELF)
print(after.ru_maxrss - before.ru_maxrss, after.ru_utime - before.ru_utime)
"""
COSTLY = {
    "just taken, loose": extended(
        *({**called(f"{i}", kind("Flatten")), "inbound_nodes": []} for i in range(5000))
    ),
    "just taken, in a row": extended(sequential(150)),
    "just taken, metrics": with_metrics(*[metric("AUC")] * 490),
    "just taken, variables": extended(
        *(
            called(f"d{i}", kind("Dense", units=1), tensor("last", 1))
            for i in range(450)
        )
    ),
    "just taken, classes": with_metrics(metric("MeanIoU", num_classes=300)),
} | {name: BUILT_TOO_LONG[name] for name in BUILT_TOO_LONG}


@pytest.mark.slow
@pytest.mark.parametrize("name", COSTLY)
def test_memory_and_time_have_a_bound(saved, tmp_path, name):
    path = rewritten(saved, tmp_path / "costly.skkeras", model=COSTLY[name])
    run = subprocess.run(
        [sys.executable, "-c", MEASURED, str(saved), str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    grown, seconds = map(float, run.stdout.split())
    size = os.path.getsize(path)
    assert 1024 * grown <= 200e6 + 200 * size
    assert seconds < 60 + size / 10_000
