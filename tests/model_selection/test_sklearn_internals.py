"""What scikit-learn may change within itself while searches go on."""

import ast
import inspect
import textwrap

import numpy as np
import optuna
import pandas as pd
import pytest
from other_versions import needs_callbacks
from searches import TREE, X, tree_search, y
from sklearn.model_selection import GridSearchCV, _search


class _OtherNames(ast.NodeTransformer):
    """Renames what a function and those inside it assign to, but no parameter."""

    def __init__(self, tree):
        kept = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
        self.renamed = {
            node.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        } - kept

    def _new(self, name):
        return f"other_{name}" if name in self.renamed else name

    def visit_Name(self, node):
        return ast.Name(self._new(node.id), node.ctx)

    def visit_Nonlocal(self, node):
        return ast.Nonlocal([self._new(name) for name in node.names])


def with_other_names(method):
    tree = ast.parse(textwrap.dedent(inspect.getsource(method)))
    names = _OtherNames(tree)
    assert {"all_out", "results", "fit_and_score_kwargs"} <= names.renamed
    renamed = ast.fix_missing_locations(names.visit(tree))
    namespace = dict(vars(_search))
    exec(compile(renamed, "renamed", "exec"), namespace)
    return namespace["fit"]


@pytest.fixture
def other_local_names(monkeypatch):
    """A scikit-learn whose searches call their local variables otherwise."""
    method = with_other_names(_search.BaseSearchCV.fit)
    monkeypatch.setattr(_search.BaseSearchCV, "fit", method)


@pytest.mark.usefixtures("other_local_names")
@pytest.mark.parametrize("pruner", [None, optuna.pruners.MedianPruner()])
def test_local_names_of_scikit_learn_do_not_matter(pruner):
    search = tree_search(n_trials=4, pruner=pruner).fit(X, y)
    grid = GridSearchCV(TREE, {"max_depth": [2]}, cv=3).fit(X, y)
    assert len(search.cv_results_["params"]) == 4
    assert search.cv_results_.keys() >= grid.cv_results_.keys()
    assert search.best_estimator_.score(X, y) > 0.9


@pytest.mark.parametrize(
    "scoring", [{}, {"scoring": ["accuracy", "f1_macro"], "refit": "f1_macro"}]
)
def test_fit_leaves_what_scikit_learns_own_fit_leaves(scoring):
    """A later scikit-learn may leave more: then ours has to as well."""
    frame = pd.DataFrame(X, columns=list("abcd"))
    search = tree_search(**scoring).fit(frame, y)
    grid = GridSearchCV(TREE, {"max_depth": [2]}, cv=3, **scoring).fit(frame, y)
    fitted = {name for name in vars(search) if name.endswith("_")}
    assert fitted - {"study_"} == {name for name in vars(grid) if name.endswith("_")}
    assert repr(search.scorer_) == repr(grid.scorer_)


class Tasks:
    """A callback of scikit-learn's that keeps the names of tasks, and who has them."""

    def __init__(self):
        self.begun, self.ended = [], []

    def setup(self, estimator, context):
        self.begun.append("setup")

    def on_fit_task_begin(self, estimator, context, X=None, y=None, metadata=None):
        given = (X is not None, y is not None, metadata is not None)
        self.begun.append((context.task_name, *given))

    def on_fit_task_end(self, estimator, context, X=None, y=None, metadata=None):
        given = (X is not None, y is not None, metadata is not None)
        self.ended.append((context.task_name, *given))

    def teardown(self, estimator, context):
        self.ended.append("teardown")


@needs_callbacks
def test_callbacks_are_told_what_a_grid_search_tells_them():
    ours, theirs = Tasks(), Tasks()
    weights = np.ones(len(y))
    search = tree_search(n_trials=2, trials_per_batch=2).set_callbacks(ours)
    search.fit(X, y, sample_weight=weights)
    grid = GridSearchCV(TREE, {"max_depth": [1, 2]}, cv=3).set_callbacks(theirs)
    grid.fit(X, y, sample_weight=weights)
    for kind in ("begun", "ended"):
        told, expected = (
            [task for task in getattr(one, kind) if task[0] not in ("search", "batch")]
            for one in (ours, theirs)
        )
        assert told == expected
