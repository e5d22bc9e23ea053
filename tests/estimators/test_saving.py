"""Files of fitted estimators: equal after a round trip, safe from strangers."""

import json
import os
import subprocess
import sys
import zipfile

import keras
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

import skkeras
from skkeras import (
    KerasClassifier,
    KerasMLPClassifier,
    KerasMLPRegressor,
    KerasRegressor,
)
from skkeras.estimators.saving import archive

pytestmark = pytest.mark.in_turn


def create_binary(meta, units=4):
    return keras.Sequential(
        [
            keras.Input((meta["n_features_in_"],)),
            keras.layers.Dense(units, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )


def create_linear(meta):
    return keras.Sequential(
        [keras.Input((meta["n_features_in_"],)), keras.layers.Dense(1)]
    )


def shifted(y_true, y_pred):
    return keras.ops.mean(keras.ops.abs(y_true - y_pred)) + 1


def classifier(**params):
    return KerasClassifier(
        create_binary,
        loss="binary_crossentropy",
        optimizer=keras.optimizers.Adam(0.02),
        metrics=["accuracy", keras.metrics.AUC()],
        class_weight={"no": 1.0, "yes": 2.0},
        units=6,
        epochs=2,
        verbose=0,
        random_state=0,
        **params,
    )


@pytest.fixture(scope="module")
def named(binary):
    X, y = binary
    return X, np.array(["no", "yes"])[y]


@pytest.fixture(scope="module")
def saved(named, tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "classifier.skkeras"
    fitted = classifier().fit(*named)
    fitted.save(path)
    return fitted, path


def test_predictions_history_and_evaluation_come_back(saved, named):
    fitted, path = saved
    X, y = named
    loaded = skkeras.load(path)
    np.testing.assert_array_equal(loaded.predict_proba(X), fitted.predict_proba(X))
    np.testing.assert_array_equal(loaded.predict(X), fitted.predict(X))
    assert loaded.predict(X).dtype == fitted.predict(X).dtype
    assert loaded.history_ == fitted.history_
    assert loaded.training_ == fitted.training_
    assert loaded.evaluate(X, y) == pytest.approx(fitted.evaluate(X, y))
    assert loaded.class_weight == fitted.class_weight
    assert loaded.optimizer.get_config() == fitted.optimizer.get_config()
    fitted_names = {n for n in vars(fitted) if n.endswith("_")}
    assert {n for n in vars(loaded) if n.endswith("_")} == fitted_names


def test_training_goes_on_where_it_was(saved, named):
    fitted, path = saved
    loaded = skkeras.load(path, custom_objects={"create_binary": create_binary})
    assert int(loaded.model_.optimizer.iterations.numpy()) == int(
        fitted.model_.optimizer.iterations.numpy()
    )
    assert loaded.partial_fit(*named).current_epoch == 3
    again = clone(loaded).fit(*named)
    np.testing.assert_allclose(
        again.history_["loss"], fitted.history_["loss"], rtol=1e-5
    )


def test_a_factory_that_was_not_passed_is_asked_for_at_the_next_fit(saved, named):
    loaded = skkeras.load(saved[1])
    assert "not loaded" in repr(loaded.model)
    with pytest.raises(
        ValueError, match=r"custom_objects={'create_binary': create_bin"
    ):
        loaded.fit(*named)


OTHERS = {
    "multiclass": (KerasMLPClassifier((4,), l2=0.01, epochs=1), "multiclass"),
    "standardized": (KerasMLPRegressor((4,), l2=0.01, epochs=1), "regression"),
    "raw": (
        KerasRegressor(create_linear, loss=keras.losses.Huber(2.0), verbose=0),
        "regression",
    ),
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_estimators(name, request, tmp_path):
    estimator, data = OTHERS[name]
    X, y = request.getfixturevalue(data)
    fitted = clone(estimator).fit(X.astype("float32"), y)
    fitted.save(tmp_path / "file")
    loaded = skkeras.load(tmp_path / "file")
    np.testing.assert_array_equal(loaded.predict(X), fitted.predict(X))
    assert loaded.score(X, y) == fitted.score(X, y)


def test_labels_of_several_columns_and_named_features(binary, tmp_path):
    pd = pytest.importorskip("pandas")
    X = pd.DataFrame(binary[0], columns=list("abcd"))
    labels = (binary[0][:, :3] > 0).astype(int)
    fitted = KerasMLPClassifier((4,), l2=0.01, epochs=1).fit(X, labels)
    fitted.save(tmp_path / "file")
    loaded = skkeras.load(tmp_path / "file")
    np.testing.assert_array_equal(loaded.predict(X), fitted.predict(X))
    with pytest.raises(ValueError, match="feature names"):
        loaded.predict(X[list("dcba")])


class Counting(keras.callbacks.Callback):
    predictions = 0

    def on_predict_end(self, logs=None):
        Counting.predictions += 1


@pytest.mark.parametrize(
    "callbacks",
    [
        {"callbacks": Counting()},
        {"callbacks": Counting},
        {"callbacks": [Counting(), [Counting]]},
        {"callbacks": {"a": Counting(), "b": keras.callbacks.TerminateOnNaN}},
        {
            "callbacks": keras.callbacks.EarlyStopping,
            "callbacks__monitor": "loss",
            "fit__callbacks": [Counting()],
        },
        {"predict__callbacks": [Counting()]},
    ],
    ids=["instance", "class", "nested", "by name", "with arguments", "of predict"],
)
def test_callbacks_are_not_saved_and_not_missed(binary, tmp_path, callbacks):
    X, y = binary
    file = tmp_path / "own.skkeras"
    fitted = KerasClassifier(
        create_binary, loss="binary_crossentropy", epochs=1, verbose=0, **callbacks
    ).fit(X, y)
    fitted.save(file)
    loaded = skkeras.load(file, custom_objects={"create_binary": create_binary})
    np.testing.assert_array_equal(loaded.predict(X), fitted.predict(X))
    assert loaded.score(X, y) == fitted.score(X, y)
    if "callbacks" in callbacks:
        with pytest.raises(ValueError, match=r"Counting|EarlyStopping|TerminateOnNaN"):
            loaded.fit(X, y)


def test_a_loss_and_a_metric_of_one_s_own(regression, tmp_path):
    X, y = regression
    fitted = KerasRegressor(create_linear, loss=shifted, metrics=[shifted], verbose=0)
    fitted.fit(X, y).save(tmp_path / "file")
    with pytest.raises(ValueError, match=r"cannot be loaded.*shifted"):
        skkeras.load(tmp_path / "file")
    own = {"shifted": shifted, "create_linear": create_linear}
    loaded = skkeras.load(tmp_path / "file", custom_objects=own)
    assert loaded.evaluate(X, y) == pytest.approx(fitted.evaluate(X, y))
    assert loaded.loss is shifted
    bare = skkeras.load(tmp_path / "file", compile=False)
    np.testing.assert_array_equal(bare.predict(X), fitted.predict(X))


def test_a_subclass_is_passed_by_name(binary, tmp_path):
    class Mine(KerasMLPClassifier):
        pass

    fitted = Mine((4,), epochs=1).fit(*binary)
    fitted.save(tmp_path / "file")
    with pytest.raises(ValueError, match="'Mine', which is not of skkeras"):
        skkeras.load(tmp_path / "file")
    assert type(skkeras.load(tmp_path / "file", custom_objects={"Mine": Mine})) is Mine


def test_what_only_pickle_could_save_is_refused(binary, tmp_path):
    class Halves(KerasClassifier):
        @property
        def feature_encoder(self):
            return FunctionTransformer(lambda X: X / 2)

    fitted = Halves(create_binary, loss="bce", verbose=0).fit(*binary)
    with pytest.raises(TypeError, match=r"without pickle: use joblib"):
        fitted.save(tmp_path / "file")
    assert not list(tmp_path.iterdir())


def test_a_model_given_as_parameter(binary, tmp_path):
    model = create_binary({"n_features_in_": 4})
    model.compile("adam", "binary_crossentropy")
    fitted = KerasClassifier(model, verbose=0, random_state=0).fit(*binary)
    fitted.save(tmp_path / "file")
    loaded = skkeras.load(tmp_path / "file")
    np.testing.assert_array_equal(
        loaded.predict_proba(binary[0]), fitted.predict_proba(binary[0])
    )
    for a, b in zip(loaded.model.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    loaded.fit(*binary)


READ = """
import sys, warnings
import numpy as np, skkeras
X = np.load(sys.argv[2])
np.save(sys.argv[3], skkeras.load(sys.argv[1]).predict_proba(X))
"""


@pytest.mark.slow
def test_another_process_needs_no_factory(saved, named, tmp_path):
    fitted, path = saved
    np.save(tmp_path / "X.npy", named[0])
    files = [path, tmp_path / "X.npy", tmp_path / "proba.npy"]
    subprocess.run(
        [sys.executable, "-c", READ, *map(str, files)], check=True, capture_output=True
    )
    np.testing.assert_allclose(
        np.load(tmp_path / "proba.npy"), fitted.predict_proba(named[0]), atol=1e-7
    )


# What a stranger may do to a file.


def rewrite(path, change):
    """Change the estimator's JSON, with checksums that fit."""
    members, manifest = archive.read_archive(path)
    state = json.loads(members["estimator.json"])
    change(state)
    members["estimator.json"] = json.dumps(state).encode()
    archive.write_archive(path, members, manifest["versions"])


def copy_of(saved, tmp_path):
    path = tmp_path / "copy.skkeras"
    path.write_bytes(saved[1].read_bytes())
    return path


def test_there_is_no_pickle_in_it(saved):
    with zipfile.ZipFile(saved[1]) as file:
        assert sorted(file.namelist()) == [
            "estimator.json",
            "manifest.json",
            "model-0.keras",
        ]
        json.loads(file.read("estimator.json"))


def test_an_optimizer_is_named_as_on_every_backend(saved):
    members, _ = archive.read_archive(saved[1])
    optimizer = json.loads(members["estimator.json"])["parameters"]["optimizer"]
    assert optimizer["keras"]["module"] == "keras.optimizers"


@pytest.mark.parametrize("position", [60, 2000, -3000])
def test_a_changed_byte_is_found(saved, tmp_path, position):
    path = copy_of(saved, tmp_path)
    data = bytearray(path.read_bytes())
    data[position] ^= 1
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"copy.skkeras (is damaged|was changed)"):
        skkeras.load(path)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04"])
def test_what_is_no_such_file_is_refused(tmp_path, content):
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(ValueError, match="was not written by an estimator's save"):
        skkeras.load(tmp_path / "file")


def test_a_truncated_file_is_refused(saved, tmp_path):
    path = copy_of(saved, tmp_path)
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(ValueError, match="damaged"):
        skkeras.load(path)


def test_a_later_format_is_refused_by_its_number(saved, tmp_path, monkeypatch):
    path = copy_of(saved, tmp_path)
    members, manifest = archive.read_archive(path)
    with monkeypatch.context() as later:
        later.setattr(archive, "FORMAT_VERSION", 2)
        archive.write_archive(path, members, manifest["versions"])
    with pytest.raises(ValueError, match="version 2; this version of skkeras reads"):
        skkeras.load(path)


def test_a_compressed_member_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "bomb", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("manifest.json", b"0" * 10_000_000)
    with pytest.raises(ValueError, match=r"manifest.json is compressed"):
        skkeras.load(tmp_path / "bomb")


HOSTILE = {
    "function": lambda s: s["parameters"].update(model={"named": "os.system"}),
    "class": lambda s: s.update({"class": "os.system"}),
    "kind": lambda s: s["parameters"].update(model={"__reduce__": ["os.system"]}),
    "method": lambda s: s["parameters"].update(predict=1),
    "leading line": lambda s: s["parameters"].update(_epochs=1),
    "trailing line": lambda s: s["parameters"].update(epochs_=1),
    "no name": lambda s: s["parameters"].update({"a b": 1}),
    "private": lambda s: s["fitted"].update(__class__=1),
    "attribute": lambda s: s["fitted"].update(predict=1),
    "encoder": lambda s: s["fitted"].update(
        target_encoder_={"RegressionTargetEncoder": {"dict": [["transform", 1]]}}
    ),
    "keras": lambda s: s["parameters"].update(
        loss={
            "keras": {
                "module": "keras.utils",
                "class_name": "get_file",
                "config": {"fname": "x", "origin": "file:///etc/passwd"},
                "registered_name": None,
            }
        }
    ),
    "shape": lambda s: s["fitted"].update(classes_={"array": ["<i8", [9**9], []]}),
    "width": lambda s: s["fitted"].update(
        classes_={"array": ["<U999999999", [1], ["a"]]}
    ),
    "no model": lambda s: s["fitted"].update(model_=None),
    "no parameters": lambda s: s.update(parameters={}),
    "nothing": lambda s: s.clear(),
}


@pytest.mark.parametrize("attack", HOSTILE)
def test_hostile_files_run_nothing(saved, tmp_path, attack, monkeypatch):
    ran = []
    monkeypatch.setattr(os, "system", ran.append)
    path = copy_of(saved, tmp_path)
    rewrite(path, HOSTILE[attack])
    if attack == "function":
        assert repr(skkeras.load(path).model) == "<not loaded: os.system>"
    else:
        with pytest.raises(ValueError, match="cannot be loaded"):
            skkeras.load(path)
    assert not ran


@pytest.mark.parametrize(("share", "is_refused"), [(0.9, False), (1.1, True)])
def test_arrays_take_at_most_two_hundred_times_a_file(
    saved, tmp_path, share, is_refused
):
    path = copy_of(saved, tmp_path)

    def write(width):
        array = {"array": [f"<U{width}", [1], ["a"]]}
        rewrite(path, lambda state: state["fitted"].update(words_=array))
        return sum(map(len, archive.read_archive(path)[0].values()))

    size = write(1_000_000)
    assert write(int(share * 200 * size / 4)) == size  # of four bytes a character
    if is_refused:
        with pytest.raises(ValueError, match="than a file of this size may hold"):
            skkeras.load(path)
    else:
        assert skkeras.load(path).words_ == ["a"]


@pytest.mark.parametrize("change", ["other", "missing", "further"])
def test_the_members_that_are_not_as_they_were_are_named(tmp_path, change):
    path = tmp_path / "file"
    archive.write_archive(path, {"a": b"1", "b": b"2"}, {})
    with zipfile.ZipFile(path) as file:
        members = {name: file.read(name) for name in file.namelist()}
    members |= {"b": b"3"} if change == "other" else {"c": b"4"}
    if change == "missing":
        del members["b"], members["c"]
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    name = "c" if change == "further" else "b"
    with pytest.raises(ValueError, match=f"the checksum of {name} does not match"):
        archive.read_archive(path)


def test_a_lambda_layer_is_refused(binary, tmp_path):
    def create_model():
        return keras.Sequential(
            [
                keras.Input((4,)),
                keras.layers.Lambda(lambda x: 2 * x),
                keras.layers.Dense(1, activation="sigmoid"),
            ]
        )

    KerasClassifier(create_model, loss="bce", verbose=0).fit(*binary).save(
        tmp_path / "file"
    )
    with pytest.raises(ValueError, match="Lambda"):
        skkeras.load(tmp_path / "file")


def test_the_model_of_a_pipeline_is_saved_by_itself(named, tmp_path):
    X, y = named
    pipeline = make_pipeline(
        StandardScaler(), KerasMLPClassifier((4,), l2=0.01, epochs=1)
    )
    pipeline.fit(X, y)
    pipeline[-1].save(tmp_path / "file")
    loaded = skkeras.load(tmp_path / "file")
    np.testing.assert_array_equal(
        loaded.predict(pipeline[:-1].transform(X)), pipeline.predict(X)
    )


def test_keras_s_own_files_work_beside_it(saved, named, tmp_path):
    fitted, _ = saved
    X = named[0].astype("float32")
    expected = fitted.model_.predict(X, verbose=0)
    fitted.model_.save(tmp_path / "model.keras")
    model = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(model.predict(X, verbose=0), expected, atol=1e-6)
    fitted.model_.save_weights(tmp_path / "model.weights.h5")
    by_json = keras.models.model_from_json(fitted.model_.to_json())
    by_json.load_weights(tmp_path / "model.weights.h5")
    np.testing.assert_allclose(by_json.predict(X, verbose=0), expected, atol=1e-6)
