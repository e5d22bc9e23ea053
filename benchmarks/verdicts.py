"""How often verdicts are wrong, and how often they are found: a simulation.

`python benchmarks/verdicts.py` draws test results of models that are equally good, and
of one that is better than all others by 3.5, 7 and 13 points of accuracy. "Is it better
than the best of the others?" is asked in three ways: by a paired t-test against the one
that looks best; by the corrected test after Holm's adjustment for all pairs of the
table; and by the corrected test against all others at once, as reports do. Each row has
a difficulty that all models share, each model its own view of a row, and what a model
learnt depends on its training rows, which folds share. It writes results/verdicts.md
and verdicts.json.
"""

import argparse
import json
from itertools import combinations, product
from pathlib import Path

import environment
import numpy as np
import pandas as pd
from scipy import stats

from skkeras.report.statistics import against_all, holm

HERE = Path(__file__).parent
ACCURACY = 0.77
GAINS = (0.0, 0.035, 0.07, 0.13)
ROWS = (150, 768, 3000)
PLANS = {"10 folds": (10, 1), "5 folds": (5, 1), "10 folds, 3 times": (10, 3)}
MODELS = (2, 14)
SHARED, OWN = 0.6, 0.3  # of the variance of a row's score, the rest is a training's
LEARNT = 0.3  # deviation of accuracy by training rows, times sqrt(0.25 / rows)


def fold_scores(rng, n_rows, folds, repeats, gain, n_models):
    """Draw accuracies of test folds: folds of all repeats x models, model 0 the one."""
    accuracy = np.full(n_models, ACCURACY)
    accuracy[0] += gain
    shared = rng.normal(scale=np.sqrt(SHARED), size=(n_rows, 1))
    own = rng.normal(scale=np.sqrt(OWN), size=(n_rows, n_models))
    overlap = (folds - 2) / (folds - 1)  # of two training sets
    spread = LEARNT * np.sqrt(0.25 / n_rows)
    of_table = rng.normal(scale=spread * np.sqrt(overlap), size=n_models)
    scores = []
    for _ in range(repeats):
        order = rng.permutation(n_rows)
        for test in np.array_split(order, folds):
            of_fold = rng.normal(scale=spread * np.sqrt(1 - overlap), size=n_models)
            chance = np.clip(accuracy + of_table + of_fold, 0.01, 0.99)
            noise = rng.normal(
                scale=np.sqrt(1 - SHARED - OWN), size=(len(test), n_models)
            )
            found = shared[test] + own[test] + noise < stats.norm.ppf(chance)
            scores.append(found.mean(axis=0))
    return np.array(scores)


def p_values(differences, ratio):
    """Return two-sided p-values of columns; `ratio` 0 is the uncorrected test."""
    n = len(differences)
    mean, variance = differences.mean(axis=0), differences.var(axis=0, ddof=1)
    error = np.sqrt((1 / n + ratio) * variance)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = 2 * stats.t.sf(np.abs(mean / error), n - 1)
    return np.where(error > 0, found, np.where(mean == 0, 1.0, 0.0))


def says_better(scores, ratio):
    """Return what each way says of model 0 against the best of the others."""
    others = scores[:, 1:]
    gains = scores[:, :1] - others
    rival = others.mean(axis=0).argmax()
    is_ahead = gains[:, rival].mean() > 0
    pairs = list(combinations(range(scores.shape[1]), 2))
    all_pairs = np.stack([scores[:, a] - scores[:, b] for a, b in pairs], axis=1)
    adjusted = holm(p_values(all_pairs, ratio))[pairs.index((0, 1 + rival))]
    at_once = against_all(gains.mean(axis=0), p_values(gains, ratio))
    naive = p_values(gains[:, [rival]], 0.0)[0]
    return {
        "t-test against the best": bool(is_ahead and naive < 0.05),
        "all pairs": bool(is_ahead and adjusted < 0.05),
        "all others at once": at_once.p_better < 0.025,
        "worse, all others at once": at_once.p_worse < 0.025,
    }


def simulate(n_draws, seed=0):
    results = []
    for rows, (plan, (folds, repeats)), n_models, gain in product(
        ROWS, PLANS.items(), MODELS, GAINS
    ):
        rng = np.random.default_rng([seed, rows, folds, repeats, n_models])
        said = [
            says_better(
                fold_scores(rng, rows, folds, repeats, gain, n_models), 1 / (folds - 1)
            )
            for _ in range(n_draws)
        ]
        results.append(
            {"rows": rows, "folds": plan, "models": n_models, "gain": gain}
            | pd.DataFrame(said).mean().to_dict()
        )
    return pd.DataFrame(results)


def page(results, n_draws):
    error = (0.5 / np.sqrt(n_draws)) * 2
    return "\n".join(
        [
            "# Verdicts",
            "",
            environment.sentence(),
            "",
            f"Share of {n_draws} drawn tables on which a model is called better than "
            "the best of the others (last column: worse). With a gain of 0 all are "
            "equally good, and every verdict is an error. A share has an error of at "
            f"most {error:.2f}.",
            "",
            results.to_markdown(index=False, floatfmt=".3g"),
            "",
        ]
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=1000)
    n_draws = parser.parse_args().draws
    results = simulate(n_draws)
    folder = HERE / "results"
    records = json.dumps(results.to_dict("records"), indent=1)
    (folder / "verdicts.json").write_text(f"{records}\n")
    (folder / "verdicts.md").write_text(page(results, n_draws))


if __name__ == "__main__":
    main()
