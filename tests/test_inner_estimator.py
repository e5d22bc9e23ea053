"""What pipelines, searches and the like are built around, one in another."""

import numpy as np
import pytest
from sklearn.compose import TransformedTargetRegressor
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import BaggingRegressor, VotingRegressor
from sklearn.model_selection import (
    FixedThresholdClassifier,
    GridSearchCV,
    TunedThresholdClassifierCV,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from skkeras.inner_estimator import inner_estimator, last_step
from skkeras.report.metrics import default_metrics
from skkeras.report.observation import observe
from skkeras.report.splits import Split

X = np.random.default_rng(0).normal(size=(400, 2))
NUMBERS, CLASSES = X[:, 0], (X[:, 0] > 0).astype(int)
AROUND = [
    lambda inner: make_pipeline(StandardScaler(), inner),
    lambda inner: GridSearchCV(inner, {}, cv=2),
]
OF_CLASSES = [
    lambda inner: TunedThresholdClassifierCV(inner, cv=2),
    FixedThresholdClassifier,
]
OF_NUMBERS = [TransformedTargetRegressor]


def nested(inner, layers, rng):
    for _ in range(rng.integers(4)):
        inner = layers[rng.integers(len(layers))](inner)
    return inner


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize(
    ("kind", "layers", "y"),
    [
        (DecisionTreeClassifier, [*AROUND, *OF_CLASSES], CLASSES),
        (DummyRegressor, [*AROUND, *OF_NUMBERS], NUMBERS),
    ],
)
def test_the_one_in_the_middle_is_found(kind, layers, y, seed):
    model = nested(kind(), layers, np.random.default_rng(seed)).fit(X, y)
    found = inner_estimator(model)
    assert type(found) is kind
    assert hasattr(found, "n_outputs_")  # the one that is fitted


def test_a_step_is_found_unfitted_too():
    inner = DummyRegressor()
    assert last_step(make_pipeline(make_pipeline(inner))) is inner
    assert last_step(inner) is inner


def test_ensembles_are_built_around_no_fitted_one():
    model = VotingRegressor([("a", DummyRegressor())]).fit(X, NUMBERS)
    assert inner_estimator(model) is model
    template = inner_estimator(BaggingRegressor(DummyRegressor()).fit(X, NUMBERS))
    assert not hasattr(template, "n_outputs_")


class WithHistory(DummyRegressor):
    """Trained in epochs."""

    history_ = {"loss": [2.0, 1.0]}  # noqa: RUF012


def test_reports_find_the_epochs_of_a_net_behind_a_transformed_target():
    model = TransformedTargetRegressor(make_pipeline(WithHistory())).fit(X, NUMBERS)
    split = Split(0, 0, np.arange(20), np.arange(20, 40))
    metric = default_metrics(NUMBERS, classification=False)[0]
    found = observe(model, X, NUMBERS, split, metric, diagnose=False)
    assert found.history == {"loss": [2.0, 1.0]}
