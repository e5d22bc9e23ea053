"""What the portfolios of `mlp_space` are chosen from: draws of it, scored on tables."""

import time

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import (
    GridSearchCV,
    KFold,
    StratifiedKFold,
    train_test_split,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

# Rows that the folds divide evenly, so that they share programs.
MOST_ROWS, EPOCHS, FOLDS = 900, 50, 3
N_PROGRAMS, DRAWS_A_PROGRAM = 18, 4
TASKS = ("classification", "regression")
DEFAULT = "default"


def draw(seed=0):
    """Draw configurations of the spaces of both tasks, few programs among them.

    Each choice (optimizer, depth...) has its share of the programs, exactly; widths,
    rates and penalties are drawn for each configuration by itself, to two digits. The
    loss is a number: which of its task's losses.

    Parameters
    ----------
    seed : int, default=0
        Decides the draws.

    Returns
    -------
    list of dict
        Values by the names that `mlp_space` suggests.
    """
    from skkeras.model_selection import mlp_space
    from skkeras.model_selection.mlp_space import _SGD_LEARNING_RATES

    space, rng = mlp_space(TASKS[0]), np.random.default_rng(seed)
    choices = {
        "n_layers": range(1, space.max_layers + 1),
        "activation": space.activations,
        "optimizer": space.optimizers,
        "batch_size": space.batch_sizes,
        "loss": range(len(space.losses)),
    }
    programs = [
        dict(zip(choices, values, strict=True))
        for values in zip(
            *(_evenly(rng, each, N_PROGRAMS) for each in choices.values()), strict=True
        )
    ]
    draws = []
    for program in programs:
        is_sgd = program["optimizer"] == "sgd"
        kind = "sgd" if is_sgd else "adaptive"
        rates = _SGD_LEARNING_RATES if is_sgd else space.learning_rates
        for _ in range(DRAWS_A_PROGRAM):
            widths = {
                f"units_{layer}": round(_log_uniform(rng, space.units))
                for layer in range(program["n_layers"])
            }
            numbers = {
                f"learning_rate_{kind}": _two_digits(_log_uniform(rng, rates)),
                "l2": _two_digits(_log_uniform(rng, space.l2)),
            }
            draws.append(program | widths | numbers)
    return draws


def _evenly(rng, values, n):
    return rng.permutation(np.resize(np.array(values, dtype=object), n)).tolist()


def _log_uniform(rng, limits):
    return float(np.exp(rng.uniform(*np.log(limits))))


def _two_digits(value):
    return float(f"{value:.1e}")


def labels_of(configuration, task):
    """Name the loss of a configuration as its task does.

    Parameters
    ----------
    configuration : dict
        From :func:`draw`.
    task : {"classification", "regression"}

    Returns
    -------
    dict
    """
    from skkeras.model_selection import mlp_space

    losses = mlp_space(task).losses
    return configuration | {"loss": losses[configuration["loss"]]}


def scores(table, configurations):
    """Cross-validate the estimator's defaults and all configurations on a table.

    Parameters
    ----------
    table : table_data.Table
    configurations : list of dict
        From :func:`draw`.

    Returns
    -------
    dict
        ``"default"``: the mean accuracy, or R², of the defaults; ``"draws"``: of each
        configuration; None where a fit failed.
    """
    import optuna

    import skkeras
    from skkeras.model_selection import mlp_space

    X, y = _cut(table)
    of_classes = table.task == "classification"
    net = skkeras.KerasMLPClassifier if of_classes else skkeras.KerasMLPRegressor
    prefix = f"{net.__name__.lower()}__"
    space = mlp_space(table.task, prefix=prefix)
    grid = [{}] + [
        {
            name: [value]
            for name, value in space(
                optuna.trial.FixedTrial(labels_of(each, table.task))
            ).items()
        }
        for each in configurations
    ]
    kind = StratifiedKFold if of_classes else KFold
    search = GridSearchCV(
        make_pipeline(_as_numbers(X), net(epochs=EPOCHS, random_state=0)),
        grid,
        cv=kind(FOLDS, shuffle=True, random_state=0),
        refit=False,
    )
    start = time.perf_counter()
    with skkeras.fused():
        search.fit(X, y)
    found = search.cv_results_["mean_test_score"]
    found = [None if np.isnan(score) else float(score) for score in found]
    return {
        "table": table.name,
        "task": table.task,
        "rows": len(X),
        "seconds": time.perf_counter() - start,
        DEFAULT: found[0],
        "draws": found[1:],
    }


def _cut(table):
    """Return at most so many rows of a table, the same ones each time."""
    X, y = table.X, table.y
    n_rows = min(MOST_ROWS, len(X) - len(X) % FOLDS)
    if len(X) > n_rows:
        classes = y if table.task == "classification" else None
        X, _, y, _ = train_test_split(
            X, y, train_size=n_rows, stratify=classes, random_state=0
        )
    return X, y


def _as_numbers(X):
    """Make a transformer whose columns are as many in each fold."""
    words = [name for name in X if isinstance(X[name].dtype, pd.CategoricalDtype)]
    numbers = [name for name in X if name not in words]
    known = [sorted(X[name].dropna().unique()) for name in words]
    return make_column_transformer(
        (
            make_pipeline(SimpleImputer(keep_empty_features=True), StandardScaler()),
            numbers,
        ),
        (
            OneHotEncoder(
                categories=known, handle_unknown="ignore", sparse_output=False
            ),
            words,
        ),
    )
