"""The plots of all models of a comparison."""

# A mixin: `Comparison` has the other attributes.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class ComparisonPlots:
    """Methods that draw, on new axes or those given, and return the axes."""

    def plot_scores(
        self, *, focus: Collection[str] = (), ax: Axes | None = None
    ) -> Axes:
        """Draw each fold's score, each model's mean and its interval.

        Parameters
        ----------
        focus : collection of str, default=()
            Models in the colour that stands out.
        ax : matplotlib.axes.Axes or None, default=None
            None makes new ones.

        Returns
        -------
        matplotlib.axes.Axes

        Examples
        --------
        >>> from sklearn.linear_model import LogisticRegression
        >>> from sklearn.dummy import DummyClassifier
        >>> from skkeras.datasets import load_iris
        >>> from skkeras.report import compare
        >>> X, y = load_iris(return_X_y=True)
        >>> linear = LogisticRegression(max_iter=1000)
        >>> models = {"dummy": DummyClassifier(), "linear": linear}
        >>> found = compare(models, X, y, cv=3, random_state=0)
        >>> found.plot_scores().get_xlabel()
        'accuracy on test folds'
        """
        from skkeras.report.plots.scores import plot_scores

        return plot_scores(self, focus=focus, ax=ax)

    def plot_gains(
        self, *, focus: Collection[str] = (), ax: Axes | None = None
    ) -> Axes:
        """Draw how far each model is behind the best, with its interval.

        Parameters
        ----------
        focus : collection of str, default=()
            Models in the colour that stands out.
        ax : matplotlib.axes.Axes or None, default=None
            None makes new ones.

        Returns
        -------
        matplotlib.axes.Axes

        Examples
        --------
        >>> from sklearn.linear_model import LogisticRegression
        >>> from sklearn.dummy import DummyClassifier
        >>> from skkeras.datasets import load_iris
        >>> from skkeras.report import compare
        >>> X, y = load_iris(return_X_y=True)
        >>> linear = LogisticRegression(max_iter=1000)
        >>> models = {"dummy": DummyClassifier(), "linear": linear}
        >>> found = compare(models, X, y, cv=3, random_state=0)
        >>> found.plot_gains().get_xlabel()
        'gain in accuracy over linear'
        """
        from skkeras.report.plots.scores import plot_gains

        return plot_gains(self, focus=focus, ax=ax)

    def plot_pareto(
        self, *, focus: Collection[str] = (), ax: Axes | None = None
    ) -> Axes:
        """Draw the mean score against the fit time.

        Parameters
        ----------
        focus : collection of str, default=()
            Models in the colour that stands out.
        ax : matplotlib.axes.Axes or None, default=None
            None makes new ones.

        Returns
        -------
        matplotlib.axes.Axes

        Examples
        --------
        >>> from sklearn.linear_model import LogisticRegression
        >>> from sklearn.dummy import DummyClassifier
        >>> from skkeras.datasets import load_iris
        >>> from skkeras.report import compare
        >>> X, y = load_iris(return_X_y=True)
        >>> linear = LogisticRegression(max_iter=1000)
        >>> models = {"dummy": DummyClassifier(), "linear": linear}
        >>> found = compare(models, X, y, cv=3, random_state=0)
        >>> found.plot_pareto().get_xlabel()
        'seconds of one fit'
        """
        from skkeras.report.plots.scores import plot_pareto

        return plot_pareto(self, focus=focus, ax=ax)

    def plot_pairwise(
        self, *, rope: float | None = None, ax: Axes | None = None
    ) -> Axes:
        """Draw how probable it is that one model is better than another.

        Parameters
        ----------
        rope : float or None, default=None
            See `pairwise`.
        ax : matplotlib.axes.Axes or None, default=None
            None makes new ones.

        Returns
        -------
        matplotlib.axes.Axes

        Examples
        --------
        >>> from sklearn.linear_model import LogisticRegression
        >>> from sklearn.dummy import DummyClassifier
        >>> from skkeras.datasets import load_iris
        >>> from skkeras.report import compare
        >>> X, y = load_iris(return_X_y=True)
        >>> linear = LogisticRegression(max_iter=1000)
        >>> models = {"dummy": DummyClassifier(), "linear": linear}
        >>> found = compare(models, X, y, cv=3, random_state=0)
        >>> found.plot_pairwise().get_xlabel()
        '… than this model'
        """
        from skkeras.report.plots.pairs import plot_pairwise

        return plot_pairwise(self, rope=rope, ax=ax)
