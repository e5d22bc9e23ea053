"""The sampler against quadrature, against itself turned round, and calibrated."""

import numpy as np
import pytest
from scipy import stats

from skkeras.report.statistics import hierarchical_test
from skkeras.report.statistics.hierarchical import next_dataset
from skkeras.report.statistics.hierarchical_sampler import Draws, Folds, Prior, sample

RATIO, ROPE = 1 / 3, 0.05  # four folds

# Thousandths of gains in ten folds, and what the sample of baycomp 1.0.3 comes to:
# `HierarchicalTest.sample(0 * x, x, 0.05, nsamples=10000, chains=4).mean(axis=0)`.
BAYCOMP = [
    (
        [
            [-14, 8, 77, 137, 26, 167, -25, 71, 123, 47],
            [33, 17, 61, 125, 8, 84, 89, 155, 124, 138],
            [82, 132, 219, 286, 25, 288, 272, 218, 169, 115],
            [79, 126, 111, 65, -26, -174, -60, 3, -182, -22],
        ],
        (0.1167, 0.2281, 0.6552),
    ),
    (
        [
            [1, 231, 99, 100, -12, -119, 53, 48, -79, -28],
            [-51, -134, -54, -35, -41, -92, 12, 40, -14, -122],
            [126, 9, 140, -46, 143, 54, -62, 26, 61, 82],
            [19, 7, 131, 67, 134, 184, -45, 136, 228, 83],
            [-37, 111, 64, 125, 7, -101, 29, -2, 113, 58],
            [3, 44, 241, 222, 97, 158, 200, 202, 241, 182],
            [84, 69, 194, -120, 80, 97, -42, 125, 32, 175],
            [37, 112, 164, 85, -34, -95, 215, 38, -17, 62],
        ],
        (0.0667, 0.4130, 0.5204),
    ),
]


def simulated(seed, n_datasets, n_folds=4, mean=0.1, between=0.08, within=0.1):
    """Draw folds that share as much as those of a cross-validation."""
    rng = np.random.default_rng(seed)
    effects = mean + between * rng.standard_t(5, size=n_datasets)
    rho = RATIO / (1 + RATIO)
    shared = np.sqrt(rho) * rng.normal(size=(n_datasets, 1))
    own = np.sqrt(1 - rho) * rng.normal(size=(n_datasets, n_folds))
    return effects[:, None] + within * (shared + own)


def by_quadrature(differences, ratio, rope, widest=6.0):
    """Sum the posterior over grids, straight from the densities of the paper."""
    n_datasets, n_folds = differences.shape
    rho = ratio / (1 + ratio)
    correlation = np.full((n_folds, n_folds), rho) + (1 - rho) * np.eye(n_folds)
    effects = np.linspace(-2.5, 2.5, 801)
    noises = np.geomspace(0.005, 5, 90)
    density = np.zeros((n_datasets, len(effects)))
    for i, folds in enumerate(differences):
        for noise, width in zip(noises, np.gradient(noises), strict=True):
            normal = stats.multivariate_normal(cov=noise**2 * correlation)
            density[i] += width * normal.pdf(folds - effects[:, None])
    means = np.linspace(-1, 1, 65)
    deviations = np.geomspace(0.005, widest, 36)
    dofs = 1 + np.geomspace(0.03, 200, 10)
    shapes, rates = np.meshgrid(np.linspace(0.5, 5, 30), np.linspace(0.05, 0.15, 30))
    prior = [stats.gamma.pdf(d - 1, shapes, scale=1 / rates).mean() for d in dofs]
    weights, found = [], []
    for dof, p_dof in zip(dofs, prior * np.gradient(dofs), strict=True):
        for deviation, width in zip(deviations, np.gradient(deviations), strict=True):
            effect = stats.t.pdf(effects, dof, means[:, None], deviation)
            if deviation < 0.05:  # narrow beside the grid, and all of it is there
                effect = (
                    effect / effect.sum(axis=1, keepdims=True) / np.diff(effects)[0]
                )
            weights.append(p_dof * width * np.prod(effect @ density.T, axis=1))
            of_next = stats.t(dof, means, deviation)
            found.append([of_next.cdf(-rope), of_next.sf(rope)])
    worse, better = np.average(
        np.moveaxis(found, 1, -1).reshape(-1, 2), weights=np.ravel(weights), axis=0
    )
    return worse, 1 - worse - better, better


@pytest.mark.in_turn
@pytest.mark.parametrize(
    ("seed", "n_datasets", "mean"),
    [(0, 3, 0.1), (1, 6, 0.1), (2, 5, 0.0), (3, 8, -0.1)],
)
def test_probabilities_are_those_of_quadrature(seed, n_datasets, mean):
    differences = simulated(seed, n_datasets, mean=mean)
    expected = by_quadrature(differences, RATIO, ROPE)
    found = hierarchical_test(differences, RATIO, rope=ROPE)
    figures = (found.worse, found.equivalent, found.better)
    assert figures == pytest.approx(expected, abs=0.012)
    assert sum(figures) == pytest.approx(1)


@pytest.mark.parametrize(("thousandths", "expected"), BAYCOMP)
def test_probabilities_are_those_of_baycomp(thousandths, expected):
    differences = np.array(thousandths) / 1000
    folds = Folds.of(list(differences), 1 / 9, ROPE)
    # The priors of baycomp are others than those of the paper.
    prior = Prior(
        farthest=np.abs(differences).max(),
        widest=1000 * np.std(differences.mean(axis=1)),
        widest_folds=1000 * np.std(differences, axis=1).mean(),
        shapes=(1, 2),
        rates=(0.01, 0.1),
    )
    draws = sample(folds, prior, np.random.default_rng(0), chains=80, kept=250)
    found = next_dataset(draws, ROPE)
    figures = (found.worse, found.equivalent, found.better)
    assert figures == pytest.approx(expected, abs=0.012)


@pytest.mark.in_turn
def test_draws_are_calibrated():
    """Where numbers are drawn from the prior, their ranks among draws are uniform.

    Talts et al., "Validating Bayesian Inference Algorithms with Simulation-Based
    Calibration", 2018.
    """
    rng = np.random.default_rng(0)
    prior = Prior(farthest=0.5, widest=0.4, widest_folds=0.3)
    rho = RATIO / (1 + RATIO)
    mixing = np.linalg.cholesky(np.full((4, 4), rho) + (1 - rho) * np.eye(4))
    ranks = []
    for _ in range(150):
        mean, deviation = rng.uniform(-0.5, 0.5), rng.uniform(0, 0.4)
        dof = 1 + rng.gamma(rng.uniform(0.5, 5), 1 / rng.uniform(0.05, 0.15))
        effects = mean + deviation * rng.standard_t(dof, size=(6, 1))
        errors = rng.uniform(0, 0.3, size=(6, 1)) * rng.normal(size=(6, 4))
        folds = Folds.of(list(effects + errors @ mixing.T), RATIO, ROPE)
        draws = sample(folds, prior, rng, chains=15, warm_up=40, kept=30)
        truth = Draws(mean, deviation, dof)
        ranks.append([np.mean(d < t) for d, t in zip(draws, truth, strict=True)])
    for each in np.transpose(ranks):
        assert stats.kstest(each, "uniform").pvalue > 0.01


def test_the_other_model_has_the_mirrored_result():
    differences = simulated(5, 7)
    one = hierarchical_test(differences, RATIO, rope=ROPE)
    other = hierarchical_test(-differences, RATIO, rope=ROPE)
    assert one.better == pytest.approx(other.worse, abs=0.02)
    assert one.equivalent == pytest.approx(other.equivalent, abs=0.02)


def test_the_same_seed_gives_the_same_and_another_nearly_so():
    differences = simulated(6, 5)
    first, again, other = (
        hierarchical_test(differences, RATIO, rope=ROPE, seed=seed)
        for seed in (0, 0, 1)
    )
    assert first == again
    assert first != other
    assert other.better == pytest.approx(first.better, abs=0.02)


def test_no_global_state_is_touched():
    np.random.seed(0)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    hierarchical_test(simulated(0, 3), RATIO, rope=ROPE)
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002


def test_more_data_sets_that_agree_are_more_sure():
    found = [
        hierarchical_test(simulated(7, n, mean=0.3, between=0.02), RATIO, rope=ROPE)
        for n in (3, 6, 12)
    ]
    better = [each.better for each in found]
    assert better == sorted(better)
    assert better[-1] > 0.98


def test_models_that_make_the_same_errors_everywhere_are_equal():
    assert hierarchical_test(np.zeros((8, 10)), 1 / 9, rope=ROPE).equivalent > 0.9


def test_folds_that_share_more_tell_less():
    """With independent folds the effects are known better, whatever they are."""
    differences = simulated(8, 6, n_folds=10, mean=0.12, between=0.0, within=0.2)
    apart = hierarchical_test(differences, 0.0, rope=ROPE)
    shared = hierarchical_test(differences, 1.0, rope=ROPE)
    assert apart.better > shared.better


def test_data_sets_may_have_folds_of_their_own_number():
    differences = [[0.1, 0.2], [0.1, 0.15, 0.2], [0.12, 0.11, 0.14, 0.1]]
    found = hierarchical_test(differences, [1, 1 / 2, 1 / 3], rope=ROPE)
    assert found.better > 0.6


@pytest.mark.parametrize("bad", [[0.1], [0.1, np.nan], [0.1, np.inf]])
def test_what_cannot_be_weighed_is_nan(bad):
    found = hierarchical_test([[0.1, 0.2], bad], 1 / 2, rope=ROPE)
    assert np.isnan([found.worse, found.equivalent, found.better]).all()


def test_clear_errors():
    with pytest.raises(ValueError, match="rope must be above 0, got 0"):
        hierarchical_test([[0.1, 0.2]] * 2, 1, rope=0)
    with pytest.raises(ValueError, match="two data sets are needed, got 1"):
        hierarchical_test([[0.1, 0.2]], 1, rope=0.1)


def test_the_next_data_set_by_hand():
    """Cauchy's distribution about 0.05, a quarter of which lies 0.05 below it."""
    draws = Draws(*(np.full((2, 2), value) for value in (0.05, 0.05, 1.0)))
    found = next_dataset(draws, 0.05)
    assert found.better == pytest.approx(0.5)
    assert found.worse == pytest.approx(0.5 - np.arctan(2) / np.pi)
