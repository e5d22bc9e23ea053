"""Groups, sample weights and scorers reach those that ask for them."""

import re

import numpy as np
import pytest
import sklearn
from sklearn.datasets import make_classification, make_regression
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LogisticRegression, PoissonRegressor
from sklearn.metrics import get_scorer, get_scorer_names, make_scorer
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from skkeras.report import compare
from skkeras.report.html import comparison_fragment

X, Y = make_classification(120, weights=[0.6], flip_y=0.1, random_state=0)
GROUPS = np.arange(120) // 6
WEIGHTS = np.random.default_rng(0).uniform(0.1, 3, 120)


@pytest.mark.parametrize("cv", [4, None, GroupKFold(5)])
def test_groups_stay_together(cv):
    n = 4 if cv == 4 else 5
    models = {"dummy": DummyClassifier()}
    found = compare(models, X, Y, cv=cv, groups=GROUPS, random_state=0)
    assert len(found.splits) == (10 if cv is None else n)
    for split in found.splits:
        assert not set(GROUPS[split.train]) & set(GROUPS[split.test])


def test_searches_get_the_groups():
    """As scikit-learn's own search does that is given them."""
    grid = {"C": [1e-3, 1.0]}
    search = GridSearchCV(LogisticRegression(), grid, cv=GroupKFold(3))
    models = {"search": search, "alone": LogisticRegression()}
    found = compare(models, X, Y, cv=3, groups=GROUPS, scoring="accuracy")
    for split, score in zip(found.splits, found.values()["search"], strict=True):
        search.fit(X[split.train], Y[split.train], groups=GROUPS[split.train])
        assert search.score(X[split.test], Y[split.test]) == pytest.approx(score)


def test_weights_reach_fits():
    found = compare(
        {"linear": LogisticRegression()},
        *(X, Y),
        cv=4,
        scoring="neg_log_loss",
        params={"sample_weight": WEIGHTS},
        random_state=0,
    )
    for split, score in zip(found.splits, found.values()["linear"], strict=True):
        model = LogisticRegression().fit(
            X[split.train], Y[split.train], sample_weight=WEIGHTS[split.train]
        )
        expected = get_scorer("neg_log_loss")(model, X[split.test], Y[split.test])
        assert score == pytest.approx(expected)


def test_routed_weights_reach_steps_and_scorers():
    with sklearn.config_context(enable_metadata_routing=True):
        linear = LogisticRegression().set_fit_request(sample_weight=True)
        scaler = StandardScaler().set_fit_request(sample_weight=False)
        model = make_pipeline(scaler, linear)
        scorer = get_scorer("accuracy").set_score_request(sample_weight=True)
        params = {"sample_weight": WEIGHTS}
        found = compare(
            {"linear": model},
            *(X, Y),
            cv=4,
            scoring={"weighted": scorer},
            params=params,
            random_state=0,
            diagnose=True,
        )
        pairs = [(split.train, split.test) for split in found.splits]
        expected = cross_validate(
            *(model, X, Y),
            cv=pairs,
            scoring=scorer,
            params=params,
            return_train_score=True,
        )
    assert found.values()["linear"].to_numpy() == pytest.approx(expected["test_score"])
    seen = found.evaluation("linear").observations
    assert [o.train_score for o in seen] == pytest.approx(expected["train_score"])


# Sets of labels are no task of reports.
SCORERS = [name for name in get_scorer_names() if not name.endswith("_samples")]
OF_QUANTITIES = re.compile(r"error|r2$|variance|deviance|d2_(absolute|pinball|tweedie)")


@pytest.mark.in_turn
@pytest.mark.parametrize("name", SCORERS)
def test_any_scorer_of_scikit_learn_decides(name):
    """Its values are scikit-learn's, and everything that a report says can be said."""
    if not OF_QUANTITIES.search(name):
        n_classes = 3 if "top_k" in name else 2
        data, target = make_classification(
            120, n_informative=4, n_classes=n_classes, random_state=0
        )
        tree = DecisionTreeClassifier(max_depth=3, random_state=0)
        models = {"tree": tree, "linear": LogisticRegression()}
    else:
        data, target = make_regression(90, noise=20, random_state=0)
        target = np.exp(target / 200)  # positive, as some deviances want
        models = {"dummy": DummyRegressor(), "poisson": PoissonRegressor()}
    found = compare(models, data, target, cv=3, scoring=name, random_state=0)
    pairs = [(split.train, split.test) for split in found.splits]
    for model, estimator in models.items():
        expected = cross_validate(estimator, data, target, cv=pairs, scoring=name)
        mine = found.values()[model].to_numpy()
        assert found.primary.value(expected["test_score"]) == pytest.approx(mine)
    assert found.recommend().model in models
    pair = found.pairwise().iloc[0]
    shares = pair[["p_worse", "p_equivalent", "p_better"]]
    assert shares.isna().all() or shares.sum() == pytest.approx(1)
    assert "<table" in comparison_fragment(found)


def test_differences_in_a_unit_matter_from_a_hundredth_on():
    """Not from 0.01, which is nothing to an error of thousands."""
    data, target = make_regression(90, noise=20, random_state=0)
    models = {"dummy": DummyRegressor(), "poisson": DummyRegressor(strategy="median")}
    how = {"cv": 3, "scoring": "neg_mean_absolute_error", "random_state": 0}
    in_euros = compare(models, data, target, **how)
    in_cents = compare(models, data, 100 * target, **how)
    columns = ["p_worse", "p_equivalent", "p_better"]
    assert in_euros.pairwise()[columns].to_numpy() == pytest.approx(
        in_cents.pairwise()[columns].to_numpy()
    )


def test_a_scorer_of_ones_own_decides():
    scorer = make_scorer(lambda truth, predicted: 1000 * np.mean(truth == predicted))
    tree = DecisionTreeClassifier(random_state=0)
    models = {"dummy": DummyClassifier(), "tree": tree}
    found = compare(models, X, Y, cv=3, scoring=scorer, random_state=0)
    by_share = compare(models, X, Y, cv=3, scoring="accuracy", random_state=0)
    assert (found.values() / 1000).equals(by_share.values())
