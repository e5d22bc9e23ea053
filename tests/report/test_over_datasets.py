"""What several data sets say together: the figures, and that they are of two models."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.dummy import DummyClassifier
from sklearn.metrics import get_scorer, get_scorer_names
from sklearn.neural_network import MLPClassifier

from skkeras import KerasMLPClassifier
from skkeras.model_selection import OptunaSearchCV
from skkeras.report import Comparison, Evaluation
from skkeras.report.metrics import ACCURACY, LOG_LOSS, R2, RMSE, as_metrics
from skkeras.report.over_datasets import over_datasets
from skkeras.report.over_datasets_text import (
    over_datasets_sentences,
    rival_rows,
    standing_rows,
)
from skkeras.report.relative_error import relative_gains
from skkeras.report.splits import Split
from skkeras.report.statistics import hierarchical_test, holm, signed_rank_test

FOLDS = 5


def model_of(name):
    model = DummyClassifier()
    if "Keras" in name:
        model = KerasMLPClassifier()
    elif "scikit-learn" in name:
        model = MLPClassifier()
    return OptunaSearchCV(model, {}) if name.startswith("tuned") else model


def comparison(metric, values):
    """Make a comparison of models by name, with their values of each fold."""
    rows = np.arange(10 * FOLDS)
    splits = [
        Split(0, k, rows[rows % FOLDS != k], rows[rows % FOLDS == k])
        for k in range(FOLDS)
    ]
    evaluations = []
    for name, each in values.items():
        scores = {"model": name, "metric": metric.name, "repeat": 0}
        scores |= {"fold": range(FOLDS), "value": np.broadcast_to(each, FOLDS)}
        table = pd.DataFrame(scores | {"fit_seconds": 0.1, "score_seconds": 0.1})
        evaluations.append(Evaluation(name, model_of(name), table))
    return Comparison((metric,), tuple(evaluations), tuple(splits))


def drawn(seed, n_datasets, means, metric=ACCURACY):
    """Draw data sets of some difficulty, on which models differ by about so much."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(n_datasets):
        level = rng.uniform(-0.1, 0.1)
        found.append(
            comparison(
                metric,
                {
                    name: mean + level + rng.normal(scale=0.02, size=FOLDS)
                    for name, mean in means.items()
                },
            )
        )
    return found


def evidence(found, keras, classic):
    (question,) = [q for q in found.questions if q.keras == keras]
    (rival,) = [r for r in question.rivals if r.name == classic]
    return rival.evidence


@pytest.mark.parametrize(
    ("metric", "good", "bad"),
    [(ACCURACY, 0.9, 0.8), (R2, 0.5, 0.0), (RMSE, 3.0, 6.0), (LOG_LOSS, 0.25, 0.5)],
)
def test_half_the_errors_are_half_in_every_metric(metric, good, bad):
    assert relative_gains(metric, [good] * 2, [bad] * 2) == pytest.approx([0.5] * 2)
    assert relative_gains(metric, [bad] * 2, [good] * 2) == pytest.approx([-0.5] * 2)


@given(
    # Numbers so small that their product with the unit is rounded have another ratio.
    st.lists(
        st.tuples(*[st.floats(0, 1, allow_subnormal=False, width=32)] * 2),
        min_size=1,
        max_size=9,
    ),
    st.floats(0.01, 1e6),
)
def test_gains_are_bounded_have_no_unit_and_turn_round(folds, unit):
    a, b = np.transpose(folds)
    gains = relative_gains(RMSE, a, b)
    assert -1 - 1e-9 <= gains.mean() <= 1 + 1e-9
    np.testing.assert_allclose(relative_gains(RMSE, b, a), -gains)
    np.testing.assert_allclose(
        relative_gains(RMSE, unit * a, unit * b), gains, rtol=1e-6, atol=1e-9
    )


def test_two_models_without_an_error_are_equal():
    assert relative_gains(ACCURACY, [1.0, 1.0], [1.0, 1.0]).tolist() == [0, 0]


class Perfect:
    """Predicts what is true."""

    _estimator_type = "classifier"

    def __init__(self, y):
        self.y, self.classes_ = np.asarray(y), np.unique(y)

    def fit(self, X, y):
        return self

    def predict(self, X):
        return self.y

    def predict_proba(self, X):
        return (self.y[:, None] == self.classes_).astype(float)

    def __sklearn_tags__(self):
        return DummyClassifier().__sklearn_tags__()


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning")
@pytest.mark.parametrize("name", get_scorer_names())
def test_the_best_value_is_what_a_perfect_model_has(name):
    several = name.endswith("_samples")  # of labels at once
    y = np.array([[0, 1], [1, 1], [1, 0]]) if several else np.array([0, 1, 0, 1, 1])
    (metric,) = as_metrics([name], y, classification=True)
    if name in ("mutual_info_score", "positive_likelihood_ratio"):
        assert np.isinf(metric.best)
        return
    if metric.name == "max_error" or "deviance" in name:
        y = y + 1  # a Poisson's and a gamma's mean are above 0
    scorer = get_scorer(metric.scorer) if isinstance(metric.scorer, str) else None
    scored = (scorer or metric.scorer)(Perfect(y), np.zeros((len(y), 1)), y)
    assert metric.value(scored) == pytest.approx(metric.best, abs=1e-9)


def test_figures_are_those_of_the_parts():
    means = {"Keras MLP": 0.85, "forest": 0.82, "SVM": 0.8, "k-NN": 0.7, "dummy": 0.5}
    compared = drawn(0, 9, means)
    found = over_datasets(compared)
    assert found.n_datasets == 9
    gains = {
        name: [
            relative_gains(ACCURACY, c.values()["Keras MLP"], c.values()[name])
            for c in compared
        ]
        for name in ("forest", "SVM", "k-NN")
    }
    tests = [signed_rank_test([g.mean() for g in each]) for each in gains.values()]
    adjusted = holm([test.p_value for test in tests])
    for name, test, p in zip(gains, tests, adjusted, strict=True):
        each = evidence(found, "Keras MLP", name)
        assert (each.advantage, each.p_value) == (test.estimate, p)
        posterior = hierarchical_test(gains[name], 1 / (FOLDS - 1), rope=0.05)
        assert each.p_better == posterior.better
        assert each.p_worse == posterior.worse
    assert evidence(found, "Keras MLP", "k-NN").advantage > 0.3


def nemenyi(scores):
    """Return the p-value of the first two models, as reports once had it."""
    n_datasets, n_models = scores.shape
    ranks = scores.rank(axis=1, ascending=False).mean()
    error = np.sqrt(n_models * (n_models + 1) / (6 * n_datasets))
    distance = abs(ranks.iloc[0] - ranks.iloc[1])
    return stats.studentized_range.sf(np.sqrt(2) * distance / error, n_models, np.inf)


def test_the_verdict_on_two_models_does_not_depend_on_the_others():
    """The fault of Nemenyi's test (Benavoli et al. 2016), and that it is gone.

    The models differ on seven of ten data sets. Others of which each lies between
    them, or all lie elsewhere, make of that what they like.
    """
    ours = np.array([0.90, 0.90, 0.90, 0.90, 0.90, 0.90, 0.90, 0.8, 0.8, 0.8])
    theirs = np.full(10, 0.85)
    between = {f"net {i}": np.full(10, 0.86 + 0.005 * i) for i in range(5)}
    elsewhere = {f"net {i}": np.full(10, 0.2 + 0.01 * i) for i in range(5)}
    pair = {"Keras MLP": ours, "forest": theirs}

    p_values = [nemenyi(pd.DataFrame(pair | more)) for more in (between, elsewhere)]
    assert p_values[0] < 0.1 < 0.5 < p_values[1]

    found = [
        over_datasets(
            [
                comparison(ACCURACY, {n: v[i] for n, v in (pair | more).items()})
                for i in range(10)
            ]
        )
        for more in ({}, renamed(between), renamed(elsewhere))
    ]
    evidences = [evidence(each, "Keras MLP", "forest") for each in found]
    assert evidences[0] == evidences[1] == evidences[2]


def renamed(models):
    """Make them networks of scikit-learn, about which nothing is asked."""
    return {f"scikit-learn {name}": values for name, values in models.items()}


@settings(max_examples=5)
@given(st.integers(0, 10**6), st.floats(0.5, 0.95), st.floats(0.5, 0.95))
def test_more_questions_change_nothing_but_the_adjustment(seed, mean, other):
    means = {"Keras MLP": 0.8, "forest": 0.78}
    more = {"Keras other": mean, "scikit-learn MLP": other, "dummy": 0.5}
    rng = np.random.default_rng(seed)
    n_datasets = int(rng.integers(3, 9))
    folds = {
        name: m + rng.normal(scale=0.03, size=(n_datasets, FOLDS))
        for name, m in (means | more | {"SVM": other}).items()
    }

    def compared(names):
        return over_datasets(
            [
                comparison(ACCURACY, {name: folds[name][i] for name in names})
                for i in range(n_datasets)
            ]
        )

    alone = evidence(compared(means), "Keras MLP", "forest")
    assert alone == evidence(compared(means | more), "Keras MLP", "forest")
    beside = evidence(compared([*means, "SVM"]), "Keras MLP", "forest")
    assert beside._replace(p_value=0) == alone._replace(p_value=0)
    assert alone.p_value <= beside.p_value <= min(1, 2 * alone.p_value) + 1e-12


def test_metrics_of_different_units_are_compared_together():
    pairs = [(ACCURACY, 0.9, 0.8), (RMSE, 10.0, 20.0), (R2, 0.5, 0.0)]
    pairs += [(LOG_LOSS, 0.2, 0.4), (RMSE, 1e-3, 2e-3), (ACCURACY, 0.98, 0.96)]
    found = over_datasets(
        [comparison(m, {"Keras MLP": a, "forest": b}) for m, a, b in pairs]
    )
    each = evidence(found, "Keras MLP", "forest")
    assert each.advantage == pytest.approx(0.5)
    assert each.p_value == 0.03125
    assert found.standings.loc["Keras MLP", "won"] == 1
    assert found.standings.loc["Keras MLP", "rank"] == 1


def test_linear_models_of_both_tasks_are_one():
    compared = [
        comparison(ACCURACY, {"Keras MLP": 0.8, "logistic regression": 0.7}),
        comparison(R2, {"Keras MLP": 0.8, "ridge regression": 0.7}),
        comparison(ACCURACY, {"Keras MLP": 0.8, "logistic regression": 0.9}),
    ]
    found = over_datasets(compared)
    assert set(found.standings.index) == {"Keras MLP", "linear model"}
    (rival,) = found.questions[0].rivals
    assert (rival.won, rival.tied, rival.lost) == (2, 0, 1)
    assert found.left_out == ()


def test_tuned_models_meet_tuned_models():
    means = {"Keras MLP": 0.8, "forest": 0.7, "tuned Keras MLP": 0.9}
    found = over_datasets(drawn(0, 4, means | {"tuned forest": 0.8, "tuned SVM": 0.7}))
    asked = {
        (q.keras, q.tuned): [rival.name for rival in q.rivals] for q in found.questions
    }
    assert asked == {
        ("Keras MLP", False): ["forest"],
        ("tuned Keras MLP", True): ["tuned forest", "tuned SVM"],
    }


@pytest.mark.parametrize("n_datasets", [1, 2])
def test_two_data_sets_are_too_few(n_datasets):
    assert over_datasets(drawn(0, n_datasets, {"Keras MLP": 0.8, "tree": 0.7})) is None


def test_one_model_beside_the_dummy_is_too_few():
    assert over_datasets(drawn(0, 5, {"Keras MLP": 0.8, "dummy": 0.5})) is None


def test_a_model_that_was_not_finished_everywhere_is_left_out_and_named():
    compared = drawn(0, 3, {"Keras MLP": 0.8, "tree": 0.7, "SVM": 0.75})
    compared[1] = replace(compared[1], evaluations=compared[1].evaluations[:2])
    found = over_datasets(compared)
    assert found.left_out == ("SVM",)
    assert set(found.standings.index) == {"Keras MLP", "tree"}
    said = " ".join(over_datasets_sentences(found))
    assert "Left out, without a score on every data set: SVM." in said


def test_a_score_without_a_best_value_counts_in_ratings_only():
    def measure(estimator, X, y):
        return 0.0

    (own,) = as_metrics([measure], [0, 1], classification=True)
    models = {"Keras MLP": 0.8, "tree": 0.7}
    compared = [comparison(own, models), *drawn(0, 3, models)]
    found = over_datasets(compared)
    assert (found.n_datasets, found.questions[0].n_datasets) == (4, 3)
    assert over_datasets(compared[:3]).questions == ()
    (sentence,) = over_datasets_sentences(over_datasets(compared[:3]))
    assert "rated highest" in sentence


def test_a_score_that_is_not_finite_is_not_tested():
    models = {"Keras MLP": 0.8, "tree": 0.9}
    compared = [*drawn(0, 5, models, LOG_LOSS)]
    compared.append(comparison(LOG_LOSS, {"Keras MLP": 0.5, "tree": np.inf}))
    found = over_datasets(compared)
    (question,) = found.questions
    assert question.rivals[0].verdict == "not tested"
    assert "not tested against tree" in over_datasets_sentences(found)[0]
    assert rival_rows(question)[0]["cells"][:5] == [
        "not tested",
        "6, 0, 0",
        "-",
        "-",
        "-",
    ]


def test_the_words_are_those_of_the_grades():
    means = {"Keras MLP": 0.8, "bad": 0.6, "worse": 0.5, "twin": 0.8, "best": 0.93}
    found = over_datasets(drawn(1, 12, means))
    sentence = over_datasets_sentences(found)[0]
    verdicts = {r.name: r.verdict for r in found.questions[0].rivals}
    assert verdicts["bad"] == verdicts["worse"] == "clearly better"
    assert verdicts["best"] == "clearly worse"
    assert sentence.startswith(
        "Untuned, over 12 data sets: Keras MLP is clearly better"
    )
    gain = evidence(found, "Keras MLP", "bad").advantage
    assert f"bad ({gain:.0%} fewer errors) and worse (" in sentence
    lost = evidence(found, "Keras MLP", "best").advantage
    more = -lost / (1 + lost)  # a half saved by the other is twice as many
    assert f"clearly worse than best ({more:.0%} more errors)." in sentence
    assert not any("So few" in each for each in over_datasets_sentences(found))


@pytest.mark.parametrize(
    ("n_datasets", "n_rivals", "said"),
    [
        (
            3,
            1,
            "on all 3 has p = 0.250 (2 / 2^3). That is not below 0.05, so nothing can",
        ),
        (
            5,
            1,
            "on all 5 has p = 0.062 (2 / 2^5). That is not below 0.05, so nothing can",
        ),
        (6, 1, "on all 6 has p = 0.031 (2 / 2^6)."),
        (
            *(6, 2),
            "p = 0.031 (2 / 2^6), of which Holm's adjustment for 2 comparisons makes "
            "0.062. That is not below 0.05",
        ),
        (10, 2, "p = 0.002 (2 / 2^10), of which Holm's adjustment for 2"),
    ],
)
def test_few_data_sets_are_called_few(n_datasets, n_rivals, said):
    rivals = {f"tree {i}": 0.5 for i in range(n_rivals)}
    found = over_datasets(drawn(0, n_datasets, {"Keras MLP": 0.85} | rivals))
    sentence = over_datasets_sentences(found)[-1]
    assert sentence.startswith("So few data sets can show only large differences: even")
    assert said in sentence
    is_clear = "clearly better" in over_datasets_sentences(found)[0]
    assert is_clear == ("nothing can be clear" not in sentence)


def test_a_model_that_wins_on_all_of_few_data_sets_is_not_rated_for_sure():
    """A bootstrap of three wins is three wins each time."""
    found = over_datasets(drawn(0, 3, {"Keras MLP": 0.9, "tree": 0.5, "SVM": 0.7}))
    elo, low, high = found.standings.loc["Keras MLP", ["elo", "low", "high"]]
    assert high - low > 150
    assert low < elo < high
    assert found.standings["won"].tolist() == [1, 0.5, 0]


def test_the_forest_has_a_thousand_points_and_rows_say_what_is_keras():
    means = {"Keras MLP": 0.8, "random forest": 0.8, "tree": 0.75}
    found = over_datasets(drawn(2, 6, means))
    row = found.standings.loc["random forest"]
    assert row[["elo", "low", "high"]].tolist() == pytest.approx([1000] * 3)
    ours = {row["name"]: row["ours"] for row in standing_rows(found)}
    assert ours == {"Keras MLP": True, "random forest": False, "tree": False}
    assert list(found.standings["elo"]) == sorted(found.standings["elo"], reverse=True)
