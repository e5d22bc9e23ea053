"""What files may name, hold and ask for, to the last number."""

import io
import json
import math
import zipfile

import h5py
import keras
import numpy as np
import pytest
from stranger_files import named

from skkeras.estimators.saving.allowance import (
    BYTES_OF_AN_OBJECT,
    MOST_NUMBERS,
    MOST_OBJECTS,
    Allowance,
    check_parts,
)
from skkeras.estimators.saving.codec import Decoder, Encoder
from skkeras.estimators.saving.configuration import check_names
from skkeras.estimators.saving.limits import check_members, check_weights
from skkeras.estimators.saving.unloaded import Unloaded

# Objects and numbers


def test_objects_are_those_of_any_file_and_one_for_each_fifty_bytes():
    assert (MOST_OBJECTS, BYTES_OF_AN_OBJECT) == (20_000, 50)
    allowance = Allowance(5_049)
    allowance.take_objects(20_000)
    allowance.take_objects(-7)  # gives nothing back
    allowance.take_objects(100)
    with pytest.raises(ValueError, match="more than 20100 objects"):
        allowance.take_objects(1)


def test_numbers_are_the_same_for_every_file():
    assert MOST_NUMBERS == 100_000
    for size in (0, 10**9):
        allowance = Allowance(size)
        allowance.take_numbers(-7)
        allowance.take_numbers(99_999)
        allowance.take_numbers(1)
        with pytest.raises(ValueError, match="more numbers than the file holds"):
            allowance.take_numbers(1)


@pytest.mark.parametrize("take", [Allowance.take_objects, Allowance.take_numbers])
def test_what_was_taken_too_much_is_found_later(take):
    allowance = Allowance(0)
    allowance.check()
    with pytest.raises(ValueError, match="its model"):
        take(allowance, 10**9)
    with pytest.raises(ValueError, match="its model"):
        allowance.check()


def left_after(config):
    """Return how many objects and numbers the parts of a configuration leave."""
    allowance = Allowance(0)
    check_parts(config, allowance)
    return allowance._objects, allowance._numbers


NORMALIZATION = named("keras.layers", "Normalization", {"mean": 0.0, "axis": [1, 2]})
COSTS = {
    "a layer": (named("keras.layers", "Dense", {"units": 10**9}), 1, 0),
    "unknown": (named("mine", "Own", {"num_classes": 10**9}), 1, 0),
    "no part": ({"config": {"num_classes": 10**9}}, 0, 0),
    "no arguments": (named("keras.metrics", "AUC", "words"), 21, 200),
    "thresholds": (named("keras.metrics", "AUC", {"num_thresholds": 70}), 21, 70),
    "labels": (
        named("keras.metrics", "AUC", {"num_thresholds": 70, "num_labels": 9}),
        *(21, 630),
    ),
    "by default": (named("keras.metrics", "AUC", {"num_labels": 9}), 21, 1800),
    "classes": (named("keras.metrics", "MeanIoU", {"num_classes": 30}), 21, 900),
    "words": (named("keras.layers", "TextVectorization", {"ngrams": 70}), 1, 70),
    "no number": (named("keras.layers", "TextVectorization", {"ngrams": "7"}), 1, 1),
    "a mean": (
        {**NORMALIZATION, "build_config": {"input_shape": [None, 5, 7]}},
        *(1, 70),
    ),
    "one axis": (
        {
            **named("keras.layers", "Normalization", {"mean": [0.0]}),
            "build_config": {"input_shape": [None, 5, 7]},
        },
        *(1, 14),
    ),
    "no axis": (
        named("keras.layers", "Normalization", {"mean": 0.0, "axis": None}),
        *(1, 2),
    ),
    "no mean": (named("keras.layers", "Normalization", {"axis": None}), 1, 0),
}


@pytest.mark.parametrize("part", COSTS)
def test_what_the_parts_of_a_configuration_take(part):
    config, objects, numbers = COSTS[part]
    for times in (1, 3):
        expected = MOST_OBJECTS - times * objects, MOST_NUMBERS - times * numbers
        assert left_after({"layers": [config] * times}) == expected


TENSOR = named("keras", "__keras_tensor__", {"shape": [3], "dtype": "float32"})


@pytest.mark.parametrize(
    ("nodes", "is_refused"),
    [
        (None, False),
        ([], False),
        ([{"args": [TENSOR]}], False),
        ([{"args": [[TENSOR, TENSOR]], "kwargs": {}}, {"args": [TENSOR]}], False),
        ([{"args": [1]}], True),
        ([{"args": [named("keras", "__tensor__", {})]}], True),
        ([{"args": [TENSOR]}, {"args": []}], True),
        ([{"args": []}, {"args": [TENSOR]}], True),
        ([[TENSOR]], True),
        (["a"], True),
    ],
)
def test_a_layer_is_called_on_tensors(nodes, is_refused):
    layer = {**named("keras.layers", "Dense"), "inbound_nodes": nodes}
    if is_refused:
        with pytest.raises(ValueError, match="called on no tensor"):
            left_after({"layers": [layer]})
    else:
        left_after({"layers": [layer]})


# Weights


def weights_file(*arrays, **options):
    file = io.BytesIO()
    with h5py.File(file, "w") as h5:
        for i, array in enumerate(arrays):
            h5.create_dataset(f"layers/dense/vars/{i}", data=array, **options)
    return file.getvalue()


def dense(units):
    model = keras.Sequential([keras.Input((200,)), keras.layers.Dense(units)])
    return json.loads(json.dumps(keras.saving.serialize_keras_object(model)))


@pytest.mark.parametrize(("stored", "is_enough"), [(101_000, True), (100_999, False)])
@pytest.mark.parametrize("files", [1, 2])
def test_a_model_has_as_many_weights_as_its_files_and_a_hundred_thousand(
    stored, is_enough, files
):
    """Of 200,000 and 1,000 for the offsets, stored numbers go to the first."""
    parts = np.array_split(np.zeros(stored, "float32"), files)
    data = [weights_file(part) for part in parts]
    if is_enough:
        check_weights(dense(1000), data, {}, Allowance(0))
    else:
        with pytest.raises(ValueError, match="more numbers than the file holds"):
            check_weights(dense(1000), data, {}, Allowance(0))


def test_each_weight_takes_as_much_as_twenty_objects():
    allowance = Allowance(0)
    check_weights(dense(1), [weights_file(np.zeros(201))], {}, allowance)
    taken = MOST_OBJECTS - allowance._objects
    assert 2 * 20 < taken < 3 * 20  # and some for names


def test_a_layer_of_the_caller_s_own_that_cannot_be_planned_is_trusted():
    class Eager(keras.layers.Layer):
        def build(self, shape):
            raise ValueError("at once")

    model = dense(1)
    own = {**named("mine", "Eager", {}), "registered_name": "Eager"}
    model["config"]["layers"].append(own)
    check_weights(model, [weights_file(np.zeros(3))], {"Eager": Eager}, Allowance(0))
    with pytest.raises((ValueError, TypeError)):
        check_weights(model, [weights_file(np.zeros(3))], {}, Allowance(0))
    tired = Allowance(0)
    tired._numbers = -1
    with pytest.raises(ValueError, match="more numbers than the file holds"):
        check_weights(model, [weights_file(np.zeros(3))], {"Eager": Eager}, tired)


@pytest.mark.parametrize(
    "options", [{"chunks": (50,)}, {"compression": "gzip"}, {"maxshape": (None,)}]
)
def test_weights_are_stored_as_they_are(options):
    data = weights_file(np.zeros(100), **options)
    with pytest.raises(ValueError, match="not stored as they are"):
        check_weights(dense(1), [data], {}, Allowance(0))


def test_an_array_of_which_nothing_is_stored_holds_nothing():
    file = io.BytesIO()
    with h5py.File(file, "w") as h5:
        h5.create_dataset("0", shape=(100,), dtype="f4")  # of zeros, not written
    with pytest.raises(ValueError, match="larger than what is stored"):
        check_weights(dense(1), [file.getvalue()], {}, Allowance(0))


@pytest.mark.parametrize("kind", ["soft", "external", "twice"])
def test_weights_lie_where_they_are_named(kind):
    file = io.BytesIO()
    with h5py.File(file, "w") as h5:
        h5["a/0"] = np.zeros(3)
        if kind == "soft":
            h5["b"] = h5py.SoftLink("/a/0")
        elif kind == "external":
            h5["b"] = h5py.ExternalLink("other.h5", "/a/0")
        else:
            h5["b"] = h5["a"]
    with pytest.raises(ValueError, match=r"lie (elsewhere|in a circle)"):
        check_weights(dense(1), [file.getvalue()], {}, Allowance(0))


# Members


def test_members_take_as_much_as_the_file():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in "ab":
            archive.writestr(name, b"0" * 1000)
    with zipfile.ZipFile(file) as archive:
        check_members(archive, 2000)
        with pytest.raises(ValueError, match="one over the other"):
            check_members(archive, 1999)


def test_two_members_have_two_names():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a", b"0")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a", b"1")
    with (
        zipfile.ZipFile(file) as archive,
        pytest.raises(ValueError, match="two members have one name"),
    ):
        check_members(archive, 10**6)


# Names


@pytest.mark.parametrize(
    ("dtype", "is_refused"),
    [("float32", False), ("<c16", False), ("<U4", False), ("<U5", True), ("O", True)],
)
def test_numbers_in_a_configuration_are_short(dtype, is_refused):
    config = named(None, "__numpy__", {"value": [1], "dtype": dtype})
    if is_refused:
        with pytest.raises(ValueError, match="an array of"):
            check_names({"a": [config]}, {})
    else:
        check_names({"a": [config]}, {})


@pytest.mark.parametrize(
    ("module", "name", "is_refused"),
    [
        ("builtins", "relu", False),
        ("builtins", "eval", True),
        ("keras.ops", "abs", False),
        ("keras.activations", "relu", False),
        ("keras.activations", "no_such", True),
        ("keras.utils", "get_file", True),
        ("activations", "relu", True),
        ("os", "system", True),
        (None, "relu", True),
    ],
)
def test_functions_are_of_keras_s_rooms_for_them(module, name, is_refused):
    if is_refused:
        with pytest.raises(ValueError, match=r"names .*neither Keras's own"):
            check_names(named(module, "function", name), {})
    else:
        check_names(named(module, "function", name), {})


@pytest.mark.parametrize("name", ["__lambda__", "__zzz__", "_", "zzz", "Zzz"])
def test_only_a_lambda_s_code_is_called_code(name):
    words = "Python code" if name == "__lambda__" else "neither Keras's own"
    with pytest.raises(ValueError, match=words):
        check_names(named("builtins", name), {})


# Values

VALUES = {
    "plain": [None, True, False, 3, -7, "words", 0.5, [1, [2.0, "a"]]],
    "far": [math.inf, -math.inf],
    "tuple": (1, (2, "a"), [3]),
    "dict": {"a": 1, 2: {"b": (3,)}, (1, 2): None},
    "scalars": [np.float32(0.1), np.int64(3), np.bool_(True)],
    "types": [np.dtype("float32"), np.dtype("<U3")],
    "functions": [keras.losses.binary_crossentropy, keras.activations.relu],
    "classes": [keras.losses.Huber, keras.optimizers.Adam],
}


def decoder(most_bytes=10_000, models=(), **custom_objects):
    return Decoder(list(models), custom_objects, most_bytes, Allowance(0))


def as_json(value):
    encoder = Encoder()
    return json.loads(json.dumps(encoder.encode(value), allow_nan=False)), encoder


@pytest.mark.parametrize("kind", VALUES)
def test_values_come_back_as_they_were(kind):
    encoded, _ = as_json(VALUES[kind])
    decoded = decoder().decode(encoded)
    assert decoded == VALUES[kind]
    assert type(decoded) is type(VALUES[kind])
    if isinstance(decoded, list):
        assert list(map(type, decoded)) == list(map(type, VALUES[kind]))


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6).reshape(2, 3),
        np.array([0.5, np.nan, -np.inf], "float32"),
        np.array(["a", "longer"]),
        np.array([1, "a", None], dtype=object),
        np.zeros((0, 3)),
        np.array(3.0),
    ],
)
def test_arrays_come_back_as_they_were(array):
    encoded, _ = as_json(array)
    decoded = decoder().decode(encoded)
    assert (decoded.dtype, decoded.shape) == (array.dtype, array.shape)
    np.testing.assert_array_equal(decoded, array)


def test_models_go_to_files_of_their_own_by_their_order():
    models = [keras.Sequential([keras.Input((1,))]) for _ in range(2)]
    encoded, encoder = as_json({"b": models[1], "a": [models[0]]})
    assert encoder.models == [models[1], models[0]]
    decoded = decoder(models=encoder.models).decode(encoded)
    assert decoded == {"b": models[1], "a": [models[0]]}


def test_what_was_not_passed_is_named_and_goes_out_again():
    def create_model():
        raise NotImplementedError

    encoded, _ = as_json(create_model)
    unloaded = decoder().decode(encoded)
    assert unloaded == Unloaded(f"{__name__}.{create_model.__qualname__}")
    assert as_json(unloaded)[0] == encoded
    assert decoder(create_model=create_model).decode(encoded) is create_model
    whole = {unloaded.name: create_model}
    assert decoder(**whole).decode(encoded) is create_model
    assert decoder().decode(as_json(object())[0]) == Unloaded("builtins.object")


def test_all_arrays_together_have_the_bytes_of_the_file():
    encoded, _ = as_json([np.zeros(60), np.zeros(40)])  # of eight bytes
    decoder(800).decode(encoded)
    with pytest.raises(ValueError, match="40 entries of 8 bytes are more"):
        decoder(799).decode(encoded)
    empty, _ = as_json(np.zeros((0,), "<U100"))  # takes an entry's bytes all the same
    decoder(400).decode(empty)
    with pytest.raises(ValueError, match="0 entries of 400 bytes are more"):
        decoder(399).decode(empty)


@pytest.mark.parametrize("value", [{}, {"a": 1}, {"tuple": [], "dict": []}])
def test_values_of_no_kind_are_refused(value):
    with pytest.raises(ValueError, match="unknown kind of value"):
        decoder().decode([value])
