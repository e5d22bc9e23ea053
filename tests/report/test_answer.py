from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline

from skkeras import KerasMLPClassifier
from skkeras.report import Comparison, Evaluation
from skkeras.report.answer import short_answer
from skkeras.report.matchup import matchups
from skkeras.report.matchup_text import matchup_table
from skkeras.report.metrics import ACCURACY, R2, RMSE
from skkeras.report.splits import Split


def comparison(metric, **values):
    folds = len(next(iter(values.values())))
    rows = np.arange(10 * folds)
    splits = [
        Split(0, k, rows[rows % folds != k], rows[rows % folds == k])
        for k in range(folds)
    ]
    return Comparison(
        (metric,),
        tuple(
            Evaluation(
                name.replace("_", " "),
                KerasMLPClassifier() if name.startswith("Keras") else DummyClassifier(),
                pd.DataFrame(
                    {
                        "model": name.replace("_", " "),
                        "metric": metric.name,
                        "repeat": 0,
                        "fold": range(len(scores)),
                        "value": scores,
                        "fit_seconds": 0.2 if name.startswith("Keras") else 0.1,
                        "score_seconds": 0.1,
                    }
                ),
            )
            for name, scores in values.items()
        ),
        tuple(splits),
    )


def test_the_best_model_and_where_keras_stands():
    compared = comparison(
        ACCURACY,
        Keras_MLP=[0.7, 0.8, 0.9],
        forest=[0.8, 0.8, 0.95],
        dummy=[0.5, 0.5, 0.5],
    )
    assert short_answer(compared).startswith(
        "Use forest: it has the best accuracy, 0.850, and no model that costs less is "
    )
    (row,) = matchup_table(compared).to_dict("records")
    assert 0.2 < float(row.pop("p")) < 0.8
    assert row == {
        "model": "Keras MLP, accuracy 0.800",
        "against": "forest, 0.850",
        "verdict": "undecided: from 0.246 worse to 0.146 better",
        "gain": "-0.050",
        "95% interval": "-0.246 to 0.146",
        "one fit takes": "2.0 times as long",
    }


def test_figures_are_those_of_the_corrected_test_by_hand():
    """Gains 3 and 3.5: mean 3.25, variance 0.125, two folds of a half."""
    (found,) = matchups(comparison(RMSE, Keras_MLP=[1.0, 2.0], tree=[4.0, 5.5]))
    evidence = found.evidence
    assert evidence.advantage == pytest.approx(3.25)
    error = np.sqrt((1 / 2 + 1) * 0.125)
    # With one degree of freedom t is Cauchy's distribution.
    assert evidence.p_value == pytest.approx(1 - 2 / np.pi * np.arctan(3.25 / error))
    half = np.tan(0.475 * np.pi) * error
    assert (evidence.low, evidence.high) == pytest.approx((3.25 - half, 3.25 + half))
    assert found.verdict == "probably better"


@pytest.mark.parametrize("better", [True, False])
def test_a_clear_difference_is_called_so_from_the_side_of_keras(better):
    high, low = [0.9, 0.91, 0.9, 0.91], [0.5, 0.5, 0.51, 0.51]
    ours, theirs = (high, low) if better else (low, high)
    compared = comparison(ACCURACY, Keras_MLP=ours, forest=theirs)
    (found,) = matchups(compared)
    assert found.verdict == ("clearly better" if better else "clearly worse")
    evidence = found.evidence
    assert (evidence.advantage > 0) == better
    assert (evidence.p_better > 0.95) == better
    assert evidence.low < evidence.advantage < evidence.high
    assert matchup_table(compared)["verdict"].tolist() == [found.verdict]


@pytest.mark.parametrize("names", [("Keras_MLP", "tree"), ("tree", "Keras_MLP")])
def test_a_tie_is_practically_equal(names):
    compared = comparison(ACCURACY, **{name: [0.5, 0.7] for name in names})
    (row,) = matchup_table(compared).to_dict("records")
    assert (row["verdict"], row["gain"]) == ("practically equal", "0.000")


def test_the_dummy_is_no_rival():
    compared = comparison(ACCURACY, Keras_MLP=[0.5, 0.6], dummy=[0.9, 0.9])
    assert matchups(compared) == []


def test_a_useless_table_is_called_so():
    answer = short_answer(comparison(ACCURACY, dummy=[0.9, 0.9], tree=[0.8, 0.7]))
    assert "no model does better than the dummy" in answer


def test_without_keras_the_best_is_held_against_the_next():
    answer = short_answer(comparison(ACCURACY, a=[0.9, 0.8], b=[0.8, 0.9]))
    assert "Against the next, b: undecided: from" in answer


HIGH, LOW = [0.9, 0.91, 0.9, 0.91], [0.5, 0.5, 0.51, 0.51]


def test_the_best_classic_model_is_not_chosen_before_it_is_tested():
    """Against one rival the gain is clear; a second that is as good takes that away."""
    ours, close = [0.90, 0.91, 0.90, 0.92], [0.88, 0.92, 0.89, 0.91]
    (alone,) = matchups(comparison(ACCURACY, Keras_MLP=ours, forest=LOW))
    (both,) = matchups(comparison(ACCURACY, Keras_MLP=ours, forest=LOW, tree=close))
    assert alone.verdict == "clearly better"
    assert both.classic == "tree"
    assert both.verdict != "clearly better"
    assert both.n_rivals == 2


def test_other_networks_are_no_classic_models():
    compared = comparison(ACCURACY, Keras_MLP=HIGH, forest=LOW)
    network = replace(
        compared.evaluation("forest"), model=make_pipeline(MLPClassifier())
    )
    ours = compared.evaluation("Keras MLP")
    assert matchups(replace(compared, evaluations=(ours, network))) == []


def test_what_is_learnt_is_asked_of_each_model_by_itself():
    """Many more models take nothing from one that is far above the dummy."""
    rng = np.random.default_rng(0)
    others = {f"other_{i}": 0.5 + rng.normal(scale=0.05, size=4) for i in range(9)}
    values = {"good": HIGH, "dummy": LOW, **others}
    answer = short_answer(comparison(ACCURACY, **values))
    assert (
        "1 of 10 models is clearly better than the dummy. Undecided: other " in answer
    )
    assert answer.count("some exclude zero by chance") <= 1
    all_good = comparison(ACCURACY, a=HIGH, b=HIGH, dummy=LOW)
    assert "All 2 models are clearly better than the dummy." in short_answer(all_good)


def test_each_grade_beside_the_dummy_is_said_once():
    near = [0.52, 0.49, 0.53, 0.5]
    values = {"good": HIGH, "near": near, "dummy": LOW, "same": LOW}
    answer = short_answer(comparison(ACCURACY, **values))
    assert "1 of 3 models is clearly better than the dummy." in answer
    assert "Practically equal: same." in answer
    nothing = comparison(ACCURACY, near=near, dummy=LOW)
    assert "It is not clearly better than the dummy." in short_answer(nothing)


def test_one_model_alone():
    answer = short_answer(comparison(ACCURACY, Keras_MLP=[0.5, 0.7]))
    assert answer.startswith("Only Keras MLP was tried: accuracy 0.600.")
    assert "difference" not in answer


def test_a_single_fold_allows_no_test():
    (row,) = matchup_table(comparison_of_one_split()).to_dict("records")
    assert row["verdict"] == "a single fold allows no test."
    assert row["p"] == row["95% interval"] == "-"


@pytest.mark.parametrize("names", [("tree", "dummy"), ("Keras_MLP", "tree")])
def test_scores_that_are_not_finite_allow_no_test(names):
    found = dict(zip(names, ([0.9, 0.8], [-np.inf, 0.8]), strict=True))
    compared = comparison(R2, **found)
    said = short_answer(compared) + str(matchup_table(compared).to_dict("records"))
    assert "nan" not in said
    assert "a score that is not finite allows no test" in said


def comparison_of_one_split():
    found = comparison(ACCURACY, Keras_MLP=[0.5, 0.7], tree=[0.4, 0.6])
    first = tuple(
        Evaluation(e.name, e.model, e.scores.head(1)) for e in found.evaluations
    )
    return Comparison(found.metrics, first, found.splits[:1])
