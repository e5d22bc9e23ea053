"""Models in MLflow; skipped without it. `pip install "skkeras[mlflow]"` brings it."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skkeras import KerasMLPClassifier, KerasTabularRegressor
from skkeras.report import compare
from skkeras.tracking import log_to_mlflow

mlflow = pytest.importorskip("mlflow")
pytest.importorskip("skops")

# Of MLflow and what it brings, under scikit-learn 1.9.
pytestmark = pytest.mark.filterwarnings("default")

RNG = np.random.default_rng(0)
X = pd.DataFrame(RNG.normal(size=(60, 3)), columns=["a", "b", "c"])
Y = (X["a"] > 0).astype(int)


def pipeline(**parameters):
    net = KerasMLPClassifier((4,), epochs=3, l2=0.0, random_state=0, **parameters)
    return make_pipeline(StandardScaler(), net)


@pytest.fixture
def client(tmp_path):
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path}/runs.db")
    files = (tmp_path / "files").as_uri()
    mlflow.set_experiment(
        experiment_id=mlflow.create_experiment("nets", artifact_location=files)
    )
    yield mlflow.MlflowClient()
    mlflow.set_tracking_uri(before)


def test_everything_known_is_logged(client):
    model = pipeline().fit(X, Y)
    comparison = compare({"logistic": LogisticRegression()}, X, Y, cv=3)
    with mlflow.start_run() as run:
        info = log_to_mlflow(model, X, comparison=comparison)
    data = client.get_run(run.info.run_id).data
    assert data.params["kerasmlpclassifier__epochs"] == "3"
    assert data.params["standardscaler__with_mean"] == "True"
    assert "steps" not in data.params
    assert "kerasmlpclassifier" not in data.params
    history = model[-1].history_
    assert history["loss"]
    for name, values in history.items():
        logged = client.get_metric_history(run.info.run_id, name)
        assert [metric.step for metric in logged] == [1, 2, 3]
        assert [metric.value for metric in logged] == pytest.approx(values)
    assert data.tags["skkeras.engine"] == model[-1].training_.engine
    files = {file.path for file in client.list_artifacts(run.info.run_id, "report")}
    assert {"report/report.html", "report/scores.csv"} <= files
    assert info.signature.inputs.input_names() == ["a", "b", "c"]


def test_loaded_model_predicts_the_same_in_another_process(client, tmp_path):
    model = pipeline().fit(X, Y)
    uri = log_to_mlflow(model, X).model_uri
    loaded = mlflow.sklearn.load_model(uri)
    assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))
    X.to_json(tmp_path / "X.json")
    code = (
        "import mlflow, pandas as pd\n"
        f"mlflow.set_tracking_uri({mlflow.get_tracking_uri()!r})\n"
        f"model = mlflow.pyfunc.load_model({uri!r})\n"
        f"X = pd.read_json({str(tmp_path / 'X.json')!r})\n"
        "print(model.predict(X).tolist())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == str(model.predict(X).tolist())


def test_without_a_run_it_makes_one_and_ends_it(client):
    log_to_mlflow(pipeline().fit(X, Y), X)
    assert mlflow.active_run() is None
    (run,) = mlflow.search_runs(output_format="list")
    assert run.info.status == "FINISHED"


def test_of_a_search_the_best_net_is_told(client):
    grid = {"kerasmlpclassifier__activation": ["relu", "tanh"]}
    search = GridSearchCV(pipeline(), grid, cv=2).fit(X, Y)
    with mlflow.start_run() as run:
        uri = log_to_mlflow(search, X).model_uri
    logged = client.get_metric_history(run.info.run_id, "loss")
    net = search.best_estimator_[-1]
    assert [m.value for m in logged] == pytest.approx(net.history_["loss"])
    assert_array_equal(mlflow.sklearn.load_model(uri).predict(X), search.predict(X))


def test_tables_of_words_and_dates(client):
    table = X.assign(word=RNG.choice(["x", "y"], 60))
    model = KerasTabularRegressor(epochs=2, random_state=0).fit(table, X["a"])
    loaded = mlflow.sklearn.load_model(log_to_mlflow(model, table).model_uri)
    assert_array_equal(loaded.predict(table), model.predict(table))


class Stranger(TransformerMixin, BaseEstimator):
    def fit(self, X, y=None):
        self.fitted_ = True
        return self

    def transform(self, X):
        return np.asarray(X)


def test_a_type_that_is_not_known_is_named_and_can_be_trusted(client):
    model = make_pipeline(Stranger(), pipeline()).fit(X, Y)
    with pytest.raises(ValueError, match=r"Stranger.*not known to be harmless"):
        log_to_mlflow(model, X)
    assert mlflow.search_runs(output_format="list") == []
    names = [
        f"{Stranger.__module__}.Stranger",
        "skkeras.estimators.mlp.KerasMLPClassifier",
    ]
    uri = log_to_mlflow(model, X, skops_trusted_types=names).model_uri
    assert_array_equal(mlflow.sklearn.load_model(uri).predict(X), model.predict(X))


def test_autologging_of_mlflow_works(client):
    mlflow.sklearn.autolog(log_models=False)
    try:
        with mlflow.start_run() as run:
            pipeline().fit(X, Y)
    finally:
        mlflow.sklearn.autolog(disable=True)
    data = client.get_run(run.info.run_id).data
    assert data.params["kerasmlpclassifier__epochs"] == "3"
    assert 0 < data.metrics["training_accuracy_score"] <= 1
