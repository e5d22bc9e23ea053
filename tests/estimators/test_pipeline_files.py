"""Whole pipelines, searches and ensembles in files without pickle."""

import copy
import datetime
import io
import json
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import (
    ColumnTransformer,
    TransformedTargetRegressor,
    make_column_selector,
)
from sklearn.ensemble import BaggingClassifier, StackingClassifier, VotingClassifier
from sklearn.feature_selection import SelectKBest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    FixedThresholdClassifier,
    GridSearchCV,
    RandomizedSearchCV,
    StratifiedKFold,
    TunedThresholdClassifierCV,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

import skkeras
from skkeras import (
    KerasClassifier,
    KerasMLPClassifier,
    KerasMLPRegressor,
    KerasTabularClassifier,
)
from skkeras.estimators.saving import archive
from skkeras.model_selection import OptunaSearchCV
from skkeras.preprocessing import PiecewiseLinear, SmoothClipScaler, TableEncoder

skops = pytest.importorskip("skops.io")
pytestmark = [pytest.mark.in_turn, pytest.mark.filterwarnings("ignore::UserWarning")]
RNG = np.random.default_rng(0)
N = 60
TABLE = pd.DataFrame(
    {
        "age": RNG.normal(40, 10, N),
        "town": RNG.choice(["a", "b"], N),
        "since": pd.Timestamp("2020") + pd.to_timedelta(np.arange(N), "D"),
    }
)
TABLE.loc[::7, "age"] = np.nan
AGES = TABLE[["age"]].fillna(40)
Y = np.where(AGES["age"] > 40, "old", "young")
AMOUNT = 100 + 5 * AGES["age"].to_numpy()
SMALL = {"epochs": 1, "random_state": 0, "hidden_layer_sizes": (4,), "l2": 0.01}


def create(meta, units=3):
    return keras.Sequential(
        [keras.Input((1,)), keras.layers.Dense(units), keras.layers.Dense(1, "sigmoid")]
    )


def net():
    return KerasMLPClassifier(**SMALL)


def of_factory():
    return KerasClassifier(create, loss="binary_crossentropy", verbose=0, units=2)


COLUMNS = ColumnTransformer(
    [
        (
            "numbers",
            make_pipeline(SimpleImputer(), SmoothClipScaler(), PiecewiseLinear()),
            ["age"],
        ),
        ("words", OneHotEncoder(), make_column_selector("town")),
    ]
)
CASES = {
    "pipeline": (make_pipeline(StandardScaler(), net()), AGES),
    "factory": (make_pipeline(StandardScaler(), of_factory()), AGES),
    "table encoder": (make_pipeline(TableEncoder(), net()), TABLE),
    "tabular": (
        make_pipeline(
            "passthrough", KerasTabularClassifier(epochs=1, n_folds=2, portfolio=[{}])
        ),
        TABLE,
    ),
    "columns": (make_pipeline(COLUMNS, net()), TABLE),
    "selection": (make_pipeline(SelectKBest(k=1), net()), AGES),
    "grid": (
        GridSearchCV(of_factory(), {"units": [2]}, cv=2, scoring="roc_auc"),
        AGES,
    ),
    "random": (
        RandomizedSearchCV(net(), {"l2": [0.1]}, cv=StratifiedKFold(2), n_iter=1),
        AGES,
    ),
    "optuna": (OptunaSearchCV(net(), {"l2": [0.1, 0.2]}, n_trials=1, cv=2), AGES),
    "calibrated": (CalibratedClassifierCV(net(), cv=2), AGES),
    "isotonic": (CalibratedClassifierCV(net(), cv=2, method="isotonic"), AGES),
    "votes": (
        VotingClassifier([("net", net()), ("line", LogisticRegression())]),
        AGES,
    ),
    "stacked": (StackingClassifier([("net", net())], cv=2), AGES),
    "bagged": (BaggingClassifier(net(), 2), AGES),
    "fixed": (FixedThresholdClassifier(net(), threshold=0.3), AGES),
    "tuned": (TunedThresholdClassifierCV(net(), cv=2), AGES),
    "target": (TransformedTargetRegressor(KerasMLPRegressor(**SMALL)), AGES),
    "alone": (net(), AGES),
}


def scores(model, X):
    return (model.predict_proba if hasattr(model, "predict_proba") else model.predict)(
        X
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_round_trip(name, tmp_path):
    model, X = CASES[name]
    model.fit(X, AMOUNT if name == "target" else Y)
    path = tmp_path / "model.skkeras"
    skkeras.save(model, path)
    loaded = skkeras.load(path)
    assert type(loaded) is type(model)
    assert (loaded.predict(X) == model.predict(X)).all()
    given, wanted = scores(loaded, X), scores(model, X)
    if given.dtype.kind == "f":
        assert_allclose(given, wanted, rtol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["alone", "pipeline", "grid"])
def test_skops_by_itself(name):
    """As `mlflow.sklearn.save_model` writes it with its skops format."""
    model, X = CASES[name]
    model.fit(X, Y)
    data = skops.dumps(model)
    loaded = skops.loads(data, trusted=skops.get_untrusted_types(data=data))
    assert (loaded.predict(X) == model.predict(X)).all()


def test_not_fitted():
    data = skops.dumps(make_pipeline(StandardScaler(), of_factory()))
    loaded = skops.loads(data, trusted=skops.get_untrusted_types(data=data))
    assert loaded[-1].get_params()["units"] == 2
    assert not hasattr(loaded[-1], "model_")


def test_the_factory_is_passed(tmp_path):
    path = tmp_path / "model.skkeras"
    skkeras.save(make_pipeline(StandardScaler(), of_factory()).fit(AGES, Y), path)
    with pytest.raises(ValueError, match="create was not loaded"):
        skkeras.load(path).fit(AGES, Y)
    skkeras.load(path, custom_objects={"create": create}).fit(AGES, Y)


def test_pickle_and_copies_are_as_they_were():
    """They keep what a safe file may not hold, such as callbacks."""
    stop = keras.callbacks.EarlyStopping("loss")
    model = KerasMLPClassifier(**SMALL, callbacks=[stop]).fit(AGES, Y)
    for same in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        assert type(same.callbacks[0]) is keras.callbacks.EarlyStopping
        assert_allclose(same.predict_proba(AGES), model.predict_proba(AGES))


def test_encoders_of_ones_own_are_refused(tmp_path):
    class Own(KerasMLPClassifier):
        @property
        def feature_encoder(self):
            return FunctionTransformer(np.abs)

    model = make_pipeline(StandardScaler(), Own(**SMALL)).fit(AGES, Y)
    with pytest.raises(TypeError, match="cannot be saved without pickle"):
        skkeras.save(model, tmp_path / "model.skkeras")


# Files of strangers


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "pipeline.skkeras"
    model = make_pipeline(COLUMNS, net()).fit(TABLE, Y)
    skkeras.save(model, path)
    return path


def rewritten(saved, path, change, compression=zipfile.ZIP_STORED):
    """Write a copy whose schema was changed, with checksums that fit."""
    members, manifest = archive.read_archive(saved)
    new = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(members["pipeline.skops"])) as old:
        inside = {name: old.read(name) for name in old.namelist()}
    schema = json.loads(inside["schema.json"])
    change(schema)
    inside["schema.json"] = json.dumps(schema).encode()
    with zipfile.ZipFile(new, "w", compression) as file:
        for name, content in inside.items():
            file.writestr(name, content)
    archive.write_archive(
        path, {"pipeline.skops": new.getvalue()}, manifest["versions"]
    )
    return path


def nodes(schema):
    """Yield every dict of a schema."""
    left = [schema]
    while left:
        part = left.pop()
        if isinstance(part, dict):
            yield part
        left += part.values() if isinstance(part, dict) else []
        left += part if isinstance(part, list) else []


def our_estimator(schema):
    return next(n for n in nodes(schema) if n.get("__class__") == "KerasMLPClassifier")


@pytest.mark.parametrize(
    ("module", "name"),
    [("os", "system"), ("builtins", "eval"), ("keras_hub", "Evil"), ("evil", "Evil")],
)
def test_unknown_types_are_not_even_imported(
    saved, tmp_path, module, name, monkeypatch
):
    ran = tmp_path / "ran"
    (tmp_path / "evil.py").write_text(f"open({str(ran)!r}, 'w')")
    (tmp_path / "keras_hub.py").write_text(f"open({str(ran)!r}, 'w')")
    monkeypatch.syspath_prepend(tmp_path)

    def change(schema):
        scaler = next(n for n in nodes(schema) if n.get("__class__") == "SimpleImputer")
        scaler.update(__module__=module, __class__=name)

    evil = rewritten(saved, tmp_path / "evil.skkeras", change)
    with pytest.raises(ValueError, match=f"{module}.{name}.*not known to be harmless"):
        skkeras.load(evil)
    assert not ran.exists()


def test_functions_that_call_are_refused(saved, tmp_path):
    def change(schema):
        scaler = next(n for n in nodes(schema) if n.get("__class__") == "SimpleImputer")
        scaler.update(__module__="os", __class__="system", __loader__="FunctionNode")

    evil = rewritten(saved, tmp_path / "evil.skkeras", change)
    with pytest.raises(ValueError, match="cannot be loaded"):
        skkeras.load(evil)


def test_an_estimator_is_read_from_its_own_file_alone(saved, tmp_path):
    """Attributes one by one, as skops writes those of others, are refused."""

    def change(schema):
        (key,) = {n for n in our_estimator(schema)["content"] if n == "content"}
        our_estimator(schema)["content"][key] = {}

    evil = rewritten(saved, tmp_path / "evil.skkeras", change)
    with pytest.raises(ValueError, match="cannot be loaded"):
        skkeras.load(evil)


def test_one_estimator_does_not_stand_for_another(saved, tmp_path):
    def change(schema):
        our_estimator(schema)["__class__"] = "KerasMLPRegressor"

    evil = rewritten(saved, tmp_path / "evil.skkeras", change)
    with pytest.raises(ValueError, match="stands for a KerasMLPRegressor"):
        skkeras.load(evil)


def test_compressed_members_are_refused(saved, tmp_path):
    evil = rewritten(
        saved, tmp_path / "evil.skkeras", lambda schema: None, zipfile.ZIP_DEFLATED
    )
    with pytest.raises(ValueError, match="is compressed"):
        skkeras.load(evil)


def test_further_types_are_the_callers_to_trust(saved, tmp_path):
    path = tmp_path / "model.skkeras"
    model = make_pipeline(FunctionTransformer(np.sinh), net()).fit(AGES * 0.01, Y)
    model.steps[0][1].kw_args = {"where": True}
    model.steps[0][1].own = Marked()
    skkeras.save(model, path)
    with pytest.raises(ValueError, match=r"Marked.*not known to be harmless"):
        skkeras.load(path)
    for trusted in (Marked, f"{Marked.__module__}.Marked"):
        loaded = skkeras.load(path, trusted=[trusted])
        assert isinstance(loaded[0].own, Marked)


class Marked:
    """What a user has hung on a step."""


@pytest.mark.slow
def test_damage_is_a_value_error_whatever_it_hits(saved, tmp_path):
    """Bytes and values changed at random, most with checksums that fit what is left."""
    script = Path(__file__).with_name("fuzz_files.py")
    day = datetime.datetime.now(datetime.UTC).strftime("%y%m%d")
    run = subprocess.run(
        [sys.executable, script, saved, tmp_path, "1000", day],
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(run.stdout.splitlines()[-1])
    assert found["outcomes"].keys() <= {"ValueError", "loaded"}, (day, found)
    assert found["events"] == [], (day, found)
    assert found["grown"] < 200e6, (day, found)
    assert found["longest"] < 30, (day, found)
    assert found["read"] > 400, (day, found)
