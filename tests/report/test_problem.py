import numpy as np
import pandas as pd
import pytest
from sklearn.tree import DecisionTreeRegressor

from skkeras.report.catalogue import CATALOGUE, DEFAULTS, problem_by_name
from skkeras.report.errors import InputError
from skkeras.report.problem import (
    Problem,
    describe,
    problem_from_csv,
    problem_from_frame,
)
from skkeras.report.problem_checks import check_folds, check_scale, check_size


@pytest.fixture
def save(tmp_path):
    def save(columns, **options):
        path = tmp_path / "data.csv"
        pd.DataFrame(columns).to_csv(path, **{"index": False} | options)
        return str(path)

    return save


def test_classes_are_numbered_and_named(save):
    path = save({"a": [1, 2, 3, 4], "kind": ["no", "yes", "no", "yes"]})
    problem = problem_from_csv(path, "kind")
    assert problem.classification
    assert problem.classes == ("no", "yes")
    assert problem.y.tolist() == [0, 1, 0, 1]
    assert list(problem.X.columns) == ["a"]
    assert "words" in problem.reason


def test_quantities_stay_quantities(save):
    problem = problem_from_csv(save({"a": [1, 2], "price": [1.5, 2.5]}), "price")
    assert problem.task == "regression"
    assert problem.y.dtype == np.float64
    assert problem.classes == ()


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_task_can_be_chosen(save, task):
    problem = problem_from_csv(save({"a": [1, 2], "t": [1, 2]}), "t", task=task)
    assert (problem.task, problem.reason) == (task, "as --task says")


def test_nearest_column_is_suggested(save):
    path = save({"a": [1], "Price": [2]})
    with pytest.raises(
        InputError, match=r"--target 'prise' is no column of .*did you mean 'Price'"
    ):
        problem_from_csv(path, "prise")


def test_columns_are_listed_where_none_is_near(save):
    path = save({f"col{i}": [1] for i in range(10)})
    with pytest.raises(InputError, match=r"it has 'col0', .*'col7' and 2 more"):
        problem_from_csv(path, "zzz")


def test_constant_target(save):
    path = save({"a": [1, 2], "t": ["x", "x"]})
    with pytest.raises(InputError, match="--target 't' is 'x' in all 2 rows"):
        problem_from_csv(path, "t")


def test_target_with_gaps(save):
    path = save({"a": [1, 2, 3], "t": [1.0, np.nan, 2.0]})
    with pytest.raises(InputError, match=r"no value in 1 of 3 rows .*first in row 2"):
        problem_from_csv(path, "t")


def test_words_cannot_be_regressed(save):
    path = save({"a": [1, 2], "t": ["x", "y"]})
    with pytest.raises(InputError, match=r"--task regression: .*for example 'x'"):
        problem_from_csv(path, "t", task="regression")


def test_a_column_without_a_name_is_a_caveat(save):
    path = save({"a": [1, 2], "t": ["x", "y"]}, index=True)
    (caveat,) = problem_from_csv(path, "t").caveats
    assert "numbers the rows" in caveat


def test_too_few_rows_in_a_class(save):
    path = save({"a": range(7), "t": ["x"] * 5 + ["y"] * 2})
    problem = problem_from_csv(path, "t")
    check_folds(problem, 2)
    with pytest.raises(
        InputError, match=r"class 'y' of 't' has 2 rows, too few for --folds 3; .* 2 or"
    ):
        check_folds(problem, 3)


def test_too_few_rows_for_regression(save):
    problem = problem_from_csv(save({"a": range(5), "t": [0.5, 1, 2, 3, 4]}), "t")
    check_folds(problem, 2)
    with pytest.raises(InputError, match="has 5 rows, too few for --folds 3"):
        check_folds(problem, 3)


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_name_in_the_catalogue_is_a_problem(name):
    problem = problem_by_name(name)
    check_folds(problem, 10)
    assert len(problem.X) == len(problem.y)
    assert problem.caveats or name not in DEFAULTS
    assert len(problem.classes) == (
        len(set(problem.y)) if problem.classification else 0
    )


def test_boston_says_what_is_wrong_with_it():
    (caveat,) = problem_by_name("boston").caveats
    assert "share of Black residents" in caveat
    assert "drop_b=True" in caveat


def test_nearest_name_is_suggested():
    with pytest.raises(
        InputError, match="'bostn' is no data set; did you mean 'boston'"
    ):
        problem_by_name("bostn")
    with pytest.raises(InputError, match="there are pima, iris, boston"):
        problem_by_name("mnist")


def test_columns_without_any_value_are_left_out_and_named(save):
    path = save({"a": [1, 2, 3], "gap": [None] * 3, "t": [0.5, 1.5, 2.5]})
    problem = problem_from_csv(path, "t")
    assert list(problem.X.columns) == ["a"]
    assert [c.name for c in problem.columns if c.use == "left out"] == ["gap"]
    with pytest.raises(InputError, match="no column to learn from: gap: there is noth"):
        problem_from_csv(save({"gap": [None] * 3, "t": [0.5, 1.5, 2.5]}), "t")


@pytest.mark.parametrize(
    ("columns", "classes", "message"),
    [
        (5001, 2, "5001 columns; on more than 5000 each model takes hours"),
        (2, 101, "has 101 classes; with more than 100 each model takes hours"),
    ],
)
def test_tables_beyond_comparison_are_refused(columns, classes, message):
    frame = pd.DataFrame(np.random.default_rng(0).random((2 * classes, columns)))
    frame.columns = frame.columns.map(str)
    frame["t"] = np.repeat([f"class {n}" for n in range(classes)], 2)
    problem = problem_from_frame("wide", frame, "t")
    with pytest.raises(InputError, match=message):
        check_size(problem)


def test_description_counts_columns_and_gaps(problem):
    text = describe(problem)
    assert text.startswith("60 rows, 2 numeric columns, 1 categorical, 15 missing")


@pytest.mark.parametrize("size", [1e-36, 1.0, 1e36])
def test_numbers_of_single_precision_are_taken(save, size):
    column = size * np.array([-1.0, 0.5, 0.25])
    path = save({"a": column, "zero": [0, 0, 0], "gap": [1, None, 2], "t": [9, 8, 7.5]})
    check_scale(problem_from_csv(path, "t"))


def test_a_large_number_among_small_ones_is_refused(save):
    path = save({"a": [1.0, None, -3e40], "word": list("xyz"), "t": [0.5, 1.5, 2.5]})
    with pytest.raises(InputError, match=r"column 'a' has the size 3\.0e\+40"):
        check_scale(problem_from_csv(path, "t"))


def test_a_target_that_trees_take_for_constant_is_refused(save):
    y = 1 + 1e-7 * np.sin(np.arange(60))
    X = np.c_[np.arange(60), y]
    tree = DecisionTreeRegressor(random_state=0)
    assert tree.fit(X, 1e-2 * (y - 1)).get_depth() == 0
    assert tree.fit(X, 1e2 * (y - 1)).get_depth() > 5
    path = save({"a": X[:, 0], "b": y, "t": y})
    with pytest.raises(InputError, match="has a standard deviation of 7"):
        check_scale(problem_from_csv(path, "t"))


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ([65, 35], "a 65%, b 35%"),
        ([1, 9], "b 90%, a 10%"),
        ([10, 20, 5, 30, 15, 12, 8], "d 30% the most, c 5% the fewest"),
    ],
)
def test_the_shares_of_classes_are_told(counts, words):
    y = np.repeat(np.arange(len(counts)), counts)
    X = pd.DataFrame({"x": np.arange(len(y))})
    names = tuple("abcdefg"[: len(counts)])
    told = describe(Problem("t", X, y, "target", "classification", classes=names))
    assert told.endswith(
        f"; target: classification into {len(counts)} classes: {words}"
    )
