"""Gibbs sampling of the hierarchical model of data sets and their folds.

Student's t is a normal distribution whose variance is divided by a weight, drawn from a
gamma distribution for each data set. Given the weights all conditional distributions
are known but two, of numbers that are drawn on a slice and on a grid. What is drawn
together is drawn with the rest integrated out, since one alone hardly moves where data
sets agree. All chains are drawn side by side: arrays are chains x data sets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

CHAINS, WARM_UP, KEPT = 40, 100, 150
WIDEST = 1000.0  # times an observed deviation
NARROWEST = 1e-7  # of the widest: narrower ones have no weight under a uniform prior
SHAPES, RATES = (0.5, 5.0), (0.05, 0.15)  # of the gamma distribution of the dof less 1
DOF = 1 + np.geomspace(0.05, 300, 32)


class Folds(NamedTuple):
    """What a data set's folds tell, one entry a data set.

    Parameters
    ----------
    means : ndarray of shape (n_datasets,)
        Mean difference.
    squares : ndarray of shape (n_datasets,)
        Sum of squares about it, divided by 1 - rho.
    counts : ndarray of shape (n_datasets,)
        How many folds.
    inflation : ndarray of shape (n_datasets,)
        Variance of the mean over the variance of a fold: 1 / J + rho (J - 1) / J.
    """

    means: np.ndarray
    squares: np.ndarray
    counts: np.ndarray
    inflation: np.ndarray

    @classmethod
    def of(
        cls,
        differences: Sequence[np.ndarray],
        test_train_ratios: ArrayLike,
        rope: float,
    ) -> Folds:
        """Summarize differences; where folds agree, as if uniform within the rope."""
        counts = np.array([len(folds) for folds in differences])
        ratios = np.broadcast_to(np.asarray(test_train_ratios, float), counts.shape)
        rho = ratios / (1 + ratios)
        variances = np.array([np.var(folds) for folds in differences])
        agreed = np.array([np.ptp(folds) for folds in differences]) <= 1e-12
        variances[agreed] = rope**2 / 3
        means = np.array([np.mean(folds) for folds in differences])
        inflation = (1 + (counts - 1) * rho) / counts
        return cls(means, counts * variances / (1 - rho), counts, inflation)

    def deviations(self) -> np.ndarray:
        """Estimate the deviation of a fold."""
        return np.sqrt(self.squares / self.counts)


class Prior(NamedTuple):
    """What is assumed before any data are seen.

    Parameters
    ----------
    farthest : float
        The mean lies between minus this and this.
    widest : float
        The deviation between data sets is at most this.
    widest_folds : float
        The deviation of folds is at most this.
    shapes, rates : tuple of (float, float)
        Between which the parameters of the gamma distribution of the degrees of
        freedom less 1 lie.
    """

    farthest: float
    widest: float
    widest_folds: float
    shapes: tuple[float, float] = SHAPES
    rates: tuple[float, float] = RATES

    @classmethod
    def of(cls, folds: Folds, rope: float) -> Prior:
        """Choose the widths of the paper, by what was observed."""
        between = max(float(np.std(folds.means)), rope)
        return cls(1.0, WIDEST * between, WIDEST * float(folds.deviations().mean()))


class Draws(NamedTuple):
    """Draws of the distribution of data sets, each of shape (n_kept, n_chains).

    Parameters
    ----------
    mean, deviation, dof : ndarray
        Of Student's t.
    """

    mean: np.ndarray
    deviation: np.ndarray
    dof: np.ndarray


@dataclass
class _State:
    """Where the chains are."""

    mean: Any
    deviation: Any
    dof: Any
    effects: Any
    weights: Any
    noise: Any  # deviation of a fold


def sample(
    folds: Folds,
    prior: Prior,
    rng: np.random.Generator,
    *,
    chains: int = CHAINS,
    warm_up: int = WARM_UP,
    kept: int = KEPT,
) -> Draws:
    """Draw from the posterior.

    Parameters
    ----------
    folds : Folds
        The data.
    prior : Prior
        What is assumed.
    rng : numpy.random.Generator
        All randomness.
    chains, warm_up, kept : int
        How many chains, draws of each to throw away, and draws to keep.

    Returns
    -------
    Draws
    """
    state = _start(folds, prior, rng, chains)
    found = []
    for step in range(warm_up + kept):
        _draw_noise(state, folds, prior, rng)
        _draw_dof_and_weights(state, prior, rng)
        _draw_level_and_effects(state, folds, prior, rng)
        if step >= warm_up:
            found.append((state.mean, state.deviation, state.dof))
    return Draws(*(np.array(column) for column in zip(*found, strict=True)))


def _start(folds, prior, rng, chains):
    """Start the chains further apart than the posterior is wide."""
    shape = chains, len(folds.means)
    spread = np.std(folds.means) + np.mean(folds.deviations())
    apart = np.exp(rng.normal(size=(chains, 1)))
    mean = folds.means.mean() + spread * rng.normal(size=(chains, 1))
    return _State(
        mean=np.clip(mean, -prior.farthest, prior.farthest)[:, 0],
        deviation=np.minimum(spread * apart, prior.widest)[:, 0],
        dof=rng.choice(DOF, size=chains),
        effects=np.broadcast_to(folds.means, shape),
        weights=np.ones(shape),
        noise=np.minimum(folds.deviations() * apart, prior.widest_folds),
    )


def _draw_noise(state, folds, prior, rng):
    """Draw the deviation of folds: its precision follows a gamma distribution."""
    error = (folds.means - state.effects) ** 2 / folds.inflation
    squares = np.broadcast_to(folds.squares + error, state.effects.shape)
    shapes = np.broadcast_to((folds.counts - 1) / 2, squares.shape)
    precision = rng.gamma(shapes)  # times half the squares
    least = squares / 2 / prior.widest_folds**2
    too_wide = precision < least
    if too_wide.any():  # drawn again, by the quantiles of what is left
        left = special.gammaincc(shapes[too_wide], least[too_wide])
        chance = rng.uniform(size=len(left))
        precision[too_wide] = special.gammainccinv(shapes[too_wide], chance * left)
    state.noise = np.sqrt(squares / 2 / precision)


def _draw_dof_and_weights(state, prior, rng):
    """Draw the degrees of freedom without the weights, then these."""
    far = ((state.effects - state.mean[:, None]) / state.deviation[:, None]) ** 2
    count = far.shape[1]
    logs = np.log1p(far[..., None] / DOF).sum(axis=1) * -(DOF + 1) / 2
    constant = special.gammaln((DOF + 1) / 2) - special.gammaln(DOF / 2)
    constant = constant - np.log(DOF) / 2
    logs = logs + count * constant + _log_prior_of_dof(prior.shapes, prior.rates)
    state.dof = DOF[np.argmax(logs + rng.gumbel(size=logs.shape), axis=1)]
    dof = state.dof[:, None]
    state.weights = 2 * rng.gamma((dof + 1) / 2, size=far.shape) / (dof + far)


def _draw_level_and_effects(state, folds, prior, rng):
    """Draw deviation and mean without the effects, then these."""
    of_means = state.noise**2 * folds.inflation  # variance of a data set's mean
    far = (folds.means - state.mean[:, None]) ** 2

    def log_density(log_deviation):
        variances = of_means + np.exp(2 * log_deviation)[:, None] / state.weights
        each = np.log(variances) + far / variances
        return log_deviation - each.sum(axis=1) / 2

    ends = np.log([NARROWEST * prior.widest, prior.widest])
    state.deviation = np.exp(
        _on_a_slice(log_density, np.log(state.deviation), ends, rng)
    )
    between = state.deviation[:, None] ** 2 / state.weights
    precision = 1 / (of_means + between)
    total = precision.sum(axis=1)
    centre = (precision * folds.means).sum(axis=1) / total
    state.mean = _normal_within(centre, 1 / np.sqrt(total), prior.farthest, rng)
    precision = 1 / of_means + 1 / between
    centre = folds.means / of_means + state.mean[:, None] / between
    noise = rng.normal(size=centre.shape) / np.sqrt(precision)
    state.effects = centre / precision + noise


def _on_a_slice(log_density, start, ends, rng):
    """Move each chain to a point at least as dense as a random share of its own.

    The bracket begins as wide as it can be, and shrinks to where a point was rejected
    (Neal, "Slice Sampling", Annals of Statistics 31, 2003).
    """
    level = log_density(start) - rng.exponential(size=start.shape)
    low, high = np.full_like(start, ends[0]), np.full_like(start, ends[1])
    found, searching = start.copy(), np.full(start.shape, fill_value=True)
    while searching.any():
        tried = rng.uniform(low, high)
        accepted = searching & (log_density(tried) >= level)
        found[accepted] = tried[accepted]
        searching &= ~accepted
        low = np.where(searching & (tried < start), tried, low)
        high = np.where(searching & (tried >= start), tried, high)
    return found


def _normal_within(centre, scale, farthest, rng):
    """Draw from normal distributions that are cut off, by their quantiles."""
    low, high = (
        special.ndtr((-farthest - centre) / scale),
        special.ndtr((farthest - centre) / scale),
    )
    drawn = centre + scale * special.ndtri(rng.uniform(low, high))
    return np.clip(drawn, -farthest, farthest)


@lru_cache
def _log_prior_of_dof(shapes, rates):
    """Average the gamma densities, and weigh the points of the grid by their width."""
    shape, rate = (
        low + (high - low) * (np.arange(40) + 0.5) / 40 for low, high in (shapes, rates)
    )
    densities = stats.gamma.pdf(
        DOF - 1, shape[:, None, None], scale=1 / rate[:, None]
    ).mean(axis=(0, 1))
    return np.log(densities * np.gradient(DOF))
