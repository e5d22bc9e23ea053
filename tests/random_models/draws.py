"""Choices that follow from a seed alone, and numbers that members may have apart."""

import numpy as np


class Draws:
    """A stream of choices.

    Parameters
    ----------
    seed : sequence of int
        Decides every choice.
    member : int, default=0
        Fits that are trained together have the same seed and differ in this. In some
        cases it moves some of the numbers, never a choice.
    """

    def __init__(self, seed, member=0):
        self._rng = np.random.default_rng(seed)
        self._member = member
        self._apart = self._rng.random() < 0.4

    def chance(self, probability):
        return bool(self._rng.random() < probability)

    def choice(self, options):
        return options[self._rng.integers(len(options))]

    def some(self, options, most):
        """Draw up to `most` of the options, each at most once."""
        options = list(options)
        count = self._rng.integers(0, min(most, len(options)) + 1)
        return [options[i] for i in self._rng.permutation(len(options))[:count]]

    def integer(self, low, high):
        return int(self._rng.integers(low, high + 1))

    def number(self, low, high):
        """Draw a number that is spread evenly over its magnitudes."""
        at, moves = self._rng.random(2)
        if self._apart and moves < 0.5:
            at = (at + 0.37 * self._member) % 1
        return float(f"{low * (high / low) ** at:.3g}")
