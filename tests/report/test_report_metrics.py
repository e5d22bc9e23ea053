import numpy as np
import pytest
from sklearn.metrics import get_scorer, make_scorer, mean_squared_error

from skkeras.report.metrics import NAMED, as_metrics, default_metrics

BINARY, THREE_CLASSES = np.array([0, 1, 0, 1]), np.array([0, 1, 2, 0])


def names(metrics):
    return [metric.name for metric in metrics]


def test_defaults_of_each_task():
    classes = ["accuracy", "balanced_accuracy", "roc_auc", "log_loss"]
    assert names(default_metrics(BINARY, classification=True)) == classes
    assert names(default_metrics(THREE_CLASSES, classification=True)) == classes
    assert names(default_metrics(BINARY, classification=False)) == ["r2", "rmse", "mae"]


@pytest.mark.parametrize(
    ("counts", "decides"),
    [
        ([5, 5], "accuracy"),
        ([74, 26], "accuracy"),
        ([75, 25], "log_loss"),
        ([1, 98, 1], "log_loss"),
        ([30, 40, 30], "accuracy"),
    ],
)
def test_where_one_class_is_most_rows_the_log_loss_decides(counts, decides):
    y = np.repeat(np.arange(len(counts)), counts)
    metrics = names(default_metrics(y, classification=True))
    assert metrics[0] == decides
    assert sorted(metrics) == sorted(
        ["accuracy", "balanced_accuracy", "roc_auc", "log_loss"]
    )


def test_several_classes_are_ranked_one_against_the_rest():
    scorers = {
        m.name: m.scorer for m in default_metrics(THREE_CLASSES, classification=True)
    }
    assert scorers["roc_auc"] == "roc_auc_ovr"
    chosen = as_metrics("roc_auc", THREE_CLASSES, classification=True)
    assert chosen[0].scorer == "roc_auc_ovr"


@pytest.mark.parametrize("name", ["log_loss", "rmse", "mae"])
def test_losses_and_errors_are_reported_positive_and_lower_is_better(name):
    metric = NAMED[name]
    assert metric.value(-0.25) == 0.25
    assert metric.advantage(0.2, 0.3) > 0


def test_each_scorer_exists():
    for metric in NAMED.values():
        get_scorer(metric.scorer)


def test_scikit_learns_names_keep_scikit_learns_sign():
    (metric,) = as_metrics("neg_log_loss", BINARY, classification=True)
    assert metric.value(-0.25) == -0.25


def test_lists_dicts_and_callables():
    scorer = make_scorer(mean_squared_error, greater_is_better=False)
    assert names(
        as_metrics(["mae", "neg_max_error"], BINARY, classification=False)
    ) == [
        "mae",
        "neg_max_error",
    ]
    (metric,) = as_metrics({"mine": scorer}, BINARY, classification=False)
    assert (metric.name, metric.scorer) == ("mine", scorer)


def test_unknown_name_is_refused():
    with pytest.raises(ValueError, match="did you mean 'accuracy'"):
        as_metrics("acuracy", BINARY, classification=True)
