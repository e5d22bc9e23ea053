"""Optuna's dashboard shows a search's study; skipped where it is not installed."""

import io
import json

import pytest
from optuna.distributions import IntDistribution
from sklearn.datasets import load_iris
from sklearn.neighbors import KNeighborsClassifier

from skkeras.model_selection import OptunaSearchCV
from skkeras.model_selection.storage import close_connections, open_storage

dashboard = pytest.importorskip("optuna_dashboard")


def request(app, path, method="GET", **body):
    """Ask a WSGI application."""
    sent, status = json.dumps(body).encode(), []
    environment = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(sent),
        "wsgi.errors": io.StringIO(),
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(sent)),
    }
    found = app(environment, lambda line, headers, error=None: status.append(line))
    answer = b"".join(found)
    assert status[0].startswith("20"), (status, answer)
    return json.loads(answer) if answer else None


@pytest.mark.parametrize("kind", ["sqlite", "journal"])
def test_trials_are_shown_and_a_search_goes_on_after(tmp_path, kind):
    url = f"sqlite:///{tmp_path}/search.db"
    storage = url if kind == "sqlite" else str(tmp_path / "search.log")
    X, y = load_iris(return_X_y=True)

    def searched(n_trials):
        return OptunaSearchCV(
            *(KNeighborsClassifier(), {"n_neighbors": IntDistribution(1, 30)}),
            **{"n_trials": n_trials, "cv": 3, "random_state": 0},
            **{"storage": storage, "study_name": "iris"},
        ).fit(X, y)

    search = searched(4)
    opened = open_storage(storage)
    app = dashboard.wsgi(opened)
    (summary,) = request(app, "/api/studies")["study_summaries"]
    assert summary["study_name"] == "iris"
    assert summary["directions"] == ["maximize"]
    path = f"/api/studies/{summary['study_id']}"
    trials = request(app, path)["trials"]
    assert [trial["state"] for trial in trials] == ["Complete"] * 4
    scores = [trial["values"][0] for trial in trials]
    assert scores == pytest.approx(search.cv_results_["mean_test_score"])
    # A note that is left on the study does not make another of it.
    request(app, f"{path}/note", "PUT", body="promising", version=1)
    assert len(searched(6).study_.trials) == 6
    close_connections(opened)
