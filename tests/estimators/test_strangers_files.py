"""Files made to run code, to import or to fill the memory are refused."""

import datetime
import importlib
import io
import json
import os
import pkgutil
import random
import stat
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stranger_files import DEEP, named, rewritten, with_config, with_members

import skkeras
from skkeras import KerasClassifier, KerasMLPClassifier
from skkeras.estimators.saving import archive
from skkeras.estimators.saving.configuration import check_names
from skkeras.estimators.saving.dtypes import plain_dtype

pytestmark = pytest.mark.in_turn


def create_binary(meta):
    return keras.Sequential(
        [
            keras.Input((meta["n_features_in_"],)),
            keras.layers.Dense(3, activation="relu"),
            keras.layers.Dropout(0.1),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )


@pytest.fixture(scope="module")
def saved(binary, tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "classifier.skkeras"
    fitted = KerasClassifier(create_binary, loss="bce", verbose=0, random_state=0)
    fitted.fit(*binary).save(path)
    return path


# What a configuration may name


@pytest.mark.parametrize("package", ["keras_hub", "keras_cv", "keras_nlp", "os"])
@pytest.mark.parametrize("deep", [False, True])
def test_a_file_beside_it_is_not_imported(saved, tmp_path, monkeypatch, package, deep):
    evil = tmp_path / "evil.skkeras"
    module = f"{package}.layers" if deep else package
    layer = named(module, "Evil")
    rewritten(saved, evil, model=with_config(lambda layers: layers.append(layer)))
    ran = tmp_path / "ran"
    (tmp_path / f"{package}.py").write_text(f"open({str(ran)!r}, 'w')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    with pytest.raises(ValueError, match=rf"names {module}.Evil, which is neither"):
        skkeras.load(evil)
    assert not ran.exists()
    assert not {n for n in set(sys.modules) - before if n.startswith(package)}


KERAS_S_MODULES = [
    info.name
    for info in pkgutil.walk_packages(keras.__path__, "keras.")
    if info.name not in sys.modules
]


@settings(max_examples=200)
@given(st.data())
def test_nothing_is_imported_whatever_is_named(data):
    anything = [*sys.stdlib_module_names, *KERAS_S_MODULES, "tensorflow", "skkeras", ""]
    module = data.draw(st.sampled_from(anything) | st.text() | st.none())
    name = data.draw(st.sampled_from(["Dense", "system", "loads"]) | st.text())
    kind = data.draw(st.sampled_from([name, "function", "__lambda__", "__typespec__"]))
    if kind == name and module is None and name.startswith("__"):
        return
    before = set(sys.modules)
    hostile = named(module, kind, name if kind == "function" else {})
    with pytest.raises(ValueError, match=r"names|Python code"):
        check_names({"a": [1, {"b": hostile}]}, {})
    assert set(sys.modules) == before


def test_functions_of_keras_that_do_things_are_refused():
    modules = ["keras.utils", "keras.saving", "keras.config", "keras.models"]
    for module in modules:
        for name in dir(importlib.import_module(module)):
            with pytest.raises(ValueError, match="names"):
                check_names(named(module, "function", name), {})


def stock_objects():
    rooms = ("layers", "losses", "metrics", "optimizers", "initializers")
    for room in (*rooms, "regularizers", "constraints", "optimizers.schedules"):
        module = importlib.import_module(f"keras.{room}")
        for kind in vars(module).values():
            if isinstance(kind, type) and hasattr(kind, "get_config"):
                try:
                    yield kind()
                except (TypeError, ValueError):
                    continue  # one that wants arguments


def test_what_keras_writes_itself_is_read():
    objects = list(stock_objects())
    assert len(objects) > 100
    for each in objects:
        try:
            config = keras.saving.serialize_keras_object(each)
        except NotImplementedError:
            continue
        if config["class_name"] != "Lambda":
            check_names(json.loads(json.dumps(config)), {})


CALLS = {
    "function": {"function": named("keras.ops", "function", "tile")},
    "arguments": {
        "function": named("keras.ops", "function", "repeat"),
        "arguments": {"repeats": 10**9},
    },
    "output_shape": {
        "function": named("keras.ops", "function", "abs"),
        "output_shape": named("keras.ops", "function", "zeros"),
    },
    "mask": {
        "function": named("keras.ops", "function", "abs"),
        "mask": named("keras.ops", "function", "ones"),
    },
}


@pytest.mark.parametrize(
    "module", ["keras.layers", "keras.src.layers.core.lambda_layer"]
)
@pytest.mark.parametrize("kind", CALLS)
def test_a_layer_that_calls_what_a_file_chooses_is_refused(
    saved, tmp_path, kind, module
):
    layer = named(module, "Lambda", {"name": "x", **CALLS[kind]})
    evil = tmp_path / "evil.skkeras"
    rewritten(saved, evil, model=with_config(lambda layers: layers.append(layer)))
    with pytest.raises(ValueError, match="it has a Lambda layer"):
        skkeras.load(evil)
    check_names(layer, {"Lambda": keras.layers.Lambda})


def test_who_trusts_a_file_may_load_its_lambda_layer(binary, tmp_path):
    def create_model():
        layers = [
            keras.layers.Lambda(keras.ops.square),
            keras.layers.Dense(1, "sigmoid"),
        ]
        model = keras.Sequential([keras.Input((4,)), *layers])
        model.compile("adam", "binary_crossentropy")
        return model

    X, y = binary
    fitted = KerasClassifier(create_model, verbose=0).fit(X, y)
    fitted.save(tmp_path / "file")
    with pytest.raises(ValueError, match="it has a Lambda layer"):
        skkeras.load(tmp_path / "file")
    trusted = {"Lambda": keras.layers.Lambda, "square": keras.ops.square}
    loaded = skkeras.load(tmp_path / "file", custom_objects=trusted)
    np.testing.assert_array_equal(loaded.predict(X), fitted.predict(X))


def test_names_that_were_passed_are_read():
    check_names(named("my.layers", "Own"), {"Own": object})
    check_names(named("my.layers", "function", "own"), {"own": object})
    registered = {**named("my", "Own"), "registered_name": "mine>Own"}
    check_names(registered, {"mine>Own": object})
    with pytest.raises(ValueError, match=r"my\.Own"):
        check_names(registered, {"Other": object})


def lookup(kind):
    return lambda path: named("keras.layers", kind, {"name": "x", "vocabulary": path})


READERS = {
    "words": lookup("StringLookup"),
    "numbers": lookup("IntegerLookup"),
    "text": lookup("TextVectorization"),
    "saved model": lambda path: named(
        "keras.layers", "TFSMLayer", {"name": "x", "filepath": path}
    ),
    "model": lambda path: named("keras.models", "load_model", {"filepath": path}),
}


@pytest.mark.parametrize("kind", READERS)
def test_a_layer_reads_no_other_file(saved, tmp_path, kind):
    secret, evil = tmp_path / "secret", tmp_path / "evil.skkeras"
    secret.mkdir() if "saved" in kind else secret.write_text("a")
    layer = READERS[kind](str(secret))
    rewritten(saved, evil, model=with_config(lambda layers: layers.append(layer)))
    os.utime(secret, (0, 0))
    secret.chmod(0)
    with pytest.raises(ValueError, match="cannot be loaded"):
        skkeras.load(evil)
    assert secret.stat().st_atime == 0


# How much a file may ask for


def chunk_bomb(members):
    """Weights that a few bytes stand for."""
    data = io.BytesIO(members["model.weights.h5"])
    with h5py.File(data, "a") as file:
        where = file["layers/dense/vars"]
        del where["0"]
        where.create_dataset(
            "0", shape=(30_000, 30_000), dtype="f4", chunks=(1000, 1000), fillvalue=1
        )
    members["model.weights.h5"] = data.getvalue()


def long_config(members):
    members["config.json"] = b" " * 300_000_000 + members["config.json"]


def wide_dense(units):
    def change(layers):
        layers[1]["config"]["units"] = units

    return with_config(change)


def numbers_of_a_long_type(layers):
    layers[1]["config"]["kernel_initializer"] = named(
        None, "__numpy__", {"value": ["a"], "dtype": "<U300000000"}
    )


def one_member_many_times(data):
    """Let a .keras file hold one large member under many names."""
    names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    new = io.BytesIO()
    with zipfile.ZipFile(new, "w") as file:
        for name in names:
            file.writestr(name, zipfile.ZipFile(io.BytesIO(data)).read(name))
        overlap(file, b"0" * 1_000_000)
    return new.getvalue()


def overlap(file, content, times=3000):
    """Add a member to a zip file, and entries of other names for the very same."""
    file.writestr("first", content)
    first = file.infolist()[-1]
    for i in range(times):
        entry = zipfile.ZipInfo(f"member-{i}")
        for name in ("header_offset", "CRC", "compress_size", "file_size"):
            setattr(entry, name, getattr(first, name))
        file.filelist.append(entry)
        file.NameToInfo[entry.filename] = entry


MODELS = {
    "members one over the other": one_member_many_times,
    "chunks that a few bytes stand for": with_members(chunk_bomb),
    "a deflated configuration": with_members(long_config, zipfile.ZIP_DEFLATED),
    "weights that are not there": wide_dense(10**8),
    "more weights than numbers": wide_dense(10**15),
    "an array of long entries": with_config(numbers_of_a_long_type),
}
STATES = {
    "long strings": lambda s: s["fitted"].update(
        classes_={"array": ["<U16384", [20_000], ["a"] * 20_000]}
    ),
    "many arrays": lambda s: s["fitted"].update(
        classes_=[{"array": ["<U9999", [1], ["a"]]}] * 10_000
    ),
    "depth": lambda s: s["fitted"].update(classes_=DEEP),
}


@pytest.mark.parametrize("config", [["abs"], {}, 1, {"name": "abs"}])
def test_functions_without_a_name_are_refused(config):
    with pytest.raises(ValueError, match="which is neither"):
        check_names(named("keras.ops", "function", config), {})


@pytest.mark.parametrize(
    "name", ["4f", "(2,3)f4", "f4,f4", "f4, (1+1)i4", "", 7, ["f4"]]
)
def test_types_of_arrays_are_names_and_no_language(name):
    with pytest.raises(ValueError, match="is no type of single values"):
        plain_dtype(name)


@pytest.mark.parametrize(
    "kind", ["f4", "f8", "i8", "u1", "U7", "S3", "M8[ns]", "?", "O"]
)
def test_types_of_arrays_are_read(kind):
    assert plain_dtype(np.dtype(kind).str) == np.dtype(kind)


def overlapping(path):
    """Write a zip file whose many members are one and the same."""
    with zipfile.ZipFile(path, "w") as file:
        overlap(file, b"0" * 1_000_000)


LOAD = """
import resource, sys
import skkeras
for path in sys.argv[1:]:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        skkeras.load(path)
    except ValueError as error:
        said = str(error)[:200]
    else:
        said = "loaded"
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(path, grown, said, sep="\\t")
"""


@pytest.mark.slow
def test_small_files_take_little_memory(saved, tmp_path):
    for i, change in enumerate(STATES.values()):
        rewritten(saved, tmp_path / f"state-{i}", state=change)
    for i, change in enumerate(MODELS.values()):
        rewritten(saved, tmp_path / f"model-{i}", model=change)
    overlapping(tmp_path / "overlapping")
    paths = sorted(map(str, tmp_path.iterdir()))
    assert len(paths) == len(STATES) + len(MODELS) + 1
    run = subprocess.run(
        [sys.executable, "-c", LOAD, str(saved), *paths],
        capture_output=True,
        text=True,
        check=True,
    )
    first, *others = [line.split("\t") for line in run.stdout.splitlines()]
    assert first[2] == "loaded"
    assert len(others) == len(paths)
    for path, grown, said in others:
        assert said != "loaded", path
        assert 1024 * int(grown) <= 200e6 + 200 * os.path.getsize(path), (path, said)


@pytest.mark.slow
def test_damage_is_a_value_error_whatever_it_hits(saved, tmp_path):
    """Bytes and values changed at random, most with checksums that fit what is left."""
    script = Path(__file__).with_name("fuzz_files.py")
    day = datetime.datetime.now(datetime.UTC).strftime("%y%m%d")
    run = subprocess.run(
        [sys.executable, script, saved, tmp_path, "1200", day],
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(run.stdout.splitlines()[-1])
    assert found["outcomes"].keys() <= {"ValueError", "loaded"}, (day, found)
    assert found["events"] == [], (day, found)
    assert found["grown"] < 200e6, (day, found)
    assert found["longest"] < 30, (day, found)
    assert found["read"] > 600, (day, found)  # others fail at a checksum


# Files and the process


def test_loading_moves_no_generator(saved):
    before = random.getstate(), repr(np.random.mtrand._rand.get_state())
    skkeras.load(saved)
    assert (random.getstate(), repr(np.random.mtrand._rand.get_state())) == before


def test_saving_leaves_the_umask_alone(saved, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "umask", lambda mask: pytest.fail("it sets the umask"))
    members, manifest = archive.read_archive(saved)
    threads = [
        threading.Thread(
            target=archive.write_archive,
            args=(tmp_path / str(i), members, manifest["versions"]),
        )
        for i in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list(tmp_path.iterdir())) == 4
    plain = tmp_path / "plain"
    plain.touch()
    assert (tmp_path / "0").stat().st_mode == plain.stat().st_mode


def test_a_file_that_is_overwritten_keeps_its_mode_and_its_link(binary, tmp_path):
    fitted = KerasMLPClassifier((2,), l2=0.01, epochs=1).fit(*binary)
    folder = tmp_path / "there"
    folder.mkdir()
    target, link = folder / "file", tmp_path / "link"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    fitted.save(link)
    assert link.is_symlink()
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    np.testing.assert_array_equal(
        skkeras.load(target).predict(binary[0]), fitted.predict(binary[0])
    )
