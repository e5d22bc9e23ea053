import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier

from skkeras.report import Comparison, Evaluation
from skkeras.report.answer import short_answer
from skkeras.report.metrics import ACCURACY, RMSE


def comparison(metric, **values):
    return Comparison(
        (metric,),
        tuple(
            Evaluation(
                name.replace("_", " "),
                DummyClassifier(),
                pd.DataFrame(
                    {
                        "model": name.replace("_", " "),
                        "metric": metric.name,
                        "repeat": 0,
                        "fold": range(len(scores)),
                        "value": scores,
                        "fit_seconds": 0.1,
                        "score_seconds": 0.1,
                    }
                ),
            )
            for name, scores in values.items()
        ),
    )


def test_the_best_model_and_where_the_other_stands():
    answer = short_answer(
        comparison(
            ACCURACY,
            Keras_MLP=[0.7, 0.8, 0.9],
            forest=[0.8, 0.8, 0.95],
            dummy=[0.5, 0.5, 0.5],
        )
    )
    assert answer == (
        "forest has the highest mean accuracy: 0.850 ± 0.087 (mean ± standard "
        "deviation over 3 test folds). Keras MLP has 0.800 ± 0.100, place 2 of 3, "
        "0.050 behind. Fold by fold it is better than forest in 0, equal in 1 and "
        "worse in 2; its mean gain of -0.050 ± 0.050 is within the spread of the folds."
    )


def test_where_keras_is_best_it_is_held_against_the_next():
    answer = short_answer(comparison(RMSE, Keras_MLP=[1.0, 2.0], tree=[4.0, 5.5]))
    assert answer.startswith("Keras MLP has the lowest mean RMSE: 1.500 ± 0.707")
    assert "better than tree in 2" in answer
    assert "mean gain of 3.250 ± 0.354 is beyond the spread" in answer
    assert "place" not in answer


@pytest.mark.parametrize("names", [("Keras_MLP", "tree"), ("tree", "Keras_MLP")])
def test_a_tie_is_called_level(names):
    answer = short_answer(comparison(ACCURACY, **{name: [0.5, 0.7] for name in names}))
    assert "equal in 2" in answer
    assert "behind" not in answer


def test_a_useless_table_is_called_so():
    answer = short_answer(comparison(ACCURACY, dummy=[0.9, 0.9], tree=[0.8, 0.7]))
    assert "no model does better than the dummy" in answer


def test_one_model_alone():
    answer = short_answer(comparison(ACCURACY, Keras_MLP=[0.5, 0.7]))
    assert answer.startswith("Keras MLP has the highest mean accuracy: 0.600")
    assert "Fold by fold" not in answer
