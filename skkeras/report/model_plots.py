"""The plots of one model of a comparison."""

# A mixin: `Comparison` has the other attributes.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from skkeras.report.predictions import pooled_predictions

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class ModelPlots:
    """Methods that draw, on new axes or those given, and return the axes."""

    def plot_learning_curves(self, model: str, *, ax: Axes | None = None) -> Axes:
        """Draw the loss of each epoch, mean and band over the folds.

        Parameters
        ----------
        model : str
            Name of a Keras model.
        ax : matplotlib.axes.Axes or None, default=None
            None makes new ones.

        Returns
        -------
        matplotlib.axes.Axes

        Examples
        --------
        >>> from skkeras import KerasMLPClassifier
        >>> from skkeras.datasets import load_iris
        >>> from skkeras.report import compare
        >>> X, y = load_iris(return_X_y=True)
        >>> net = KerasMLPClassifier(epochs=5, random_state=0)
        >>> found = compare({"net": net}, X, y, cv=2, random_state=0)
        >>> found.plot_learning_curves("net").get_xlabel()
        'epoch'
        """
        from skkeras.report.plots.training import plot_learning_curves

        return plot_learning_curves(self.evaluation(model), ax=ax)

    def plot_search_history(self, model: str, *, ax: Axes | None = None) -> Axes:
        """Draw what each trial of a tuned model's searches scored.

        Parameters
        ----------
        model : str
            Name of a search.
        ax : matplotlib.axes.Axes or None, default=None
            None makes new ones.

        Returns
        -------
        matplotlib.axes.Axes

        Examples
        --------
        >>> from sklearn.linear_model import LogisticRegression
        >>> from sklearn.model_selection import GridSearchCV
        >>> from skkeras.datasets import load_iris
        >>> from skkeras.report import compare
        >>> X, y = load_iris(return_X_y=True)
        >>> grid = {"C": [0.1, 1.0]}
        >>> search = GridSearchCV(LogisticRegression(max_iter=1000), grid, cv=3)
        >>> found = compare({"search": search}, X, y, cv=3, random_state=0)
        >>> found.plot_search_history("search").get_xlabel()
        'trial'
        """
        from skkeras.report.plots.training import plot_search_history

        return plot_search_history(self.evaluation(model), ax=ax)

    def plot_search_importances(self, model: str, *, ax: Axes | None = None) -> Axes:
        """Draw how much each searched parameter mattered to the score.

        Parameters
        ----------
        model : str
            Name of an `OptunaSearchCV`.
        ax : matplotlib.axes.Axes or None, default=None
            None makes new ones.

        Returns
        -------
        matplotlib.axes.Axes

        Examples
        --------
        >>> from sklearn.linear_model import Ridge
        >>> from skkeras.datasets import load_boston
        >>> from skkeras.model_selection import OptunaSearchCV
        >>> from skkeras.report import compare
        >>> X, y = load_boston(return_X_y=True)
        >>> space = {"alpha": [0.1, 1.0, 10.0], "fit_intercept": [True, False]}
        >>> search = OptunaSearchCV(Ridge(), space, n_trials=5, cv=3, random_state=0)
        >>> found = compare({"search": search}, X, y, cv=2, random_state=0)
        >>> found.plot_search_importances("search").get_xlabel()
        'share of the variation of the score'
        """
        seen = self.evaluation(model).observations
        each = [o.search.importances for o in seen if o.search and o.search.importances]
        if not each:
            raise ValueError(f"{model!r} has no importances of searched parameters")
        label = "share of the variation of the score"
        return _plot_bars(pd.DataFrame(each).fillna(0), label, ax)

    def plot_importance(self, model: str, *, ax: Axes | None = None) -> Axes:
        """Draw by how much the score gets worse where a column is shuffled.

        Parameters
        ----------
        model : str
            Name of a diagnosed model.
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
        >>> found = compare(models, X, y, cv=3, random_state=0, diagnose=True)
        >>> found.plot_importance("linear").get_xlabel()
        'accuracy lost where the column is shuffled'
        """
        each = [o.importance for o in self.evaluation(model).observations]
        if not each or any(series is None for series in each):
            raise ValueError(
                f"{model!r} was not diagnosed, or has too many columns; "
                "compare(..., diagnose=True) diagnoses every model"
            )
        label = f"{self.primary.label} lost where the column is shuffled"
        return _plot_bars(pd.DataFrame(each), label, ax)

    def plot_confusion_matrix(self, model: str, *, ax: Axes | None = None) -> Axes:
        """Draw how often each class was taken for each, over all test folds.

        Parameters
        ----------
        model : str
            Name of a classifier.
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
        >>> found.plot_confusion_matrix("linear").get_xlabel()
        'predicted'
        """
        return self._plot_classes("plot_confusion_matrix", model, ax)

    def plot_roc(self, model: str, *, ax: Axes | None = None) -> Axes:
        """Draw the ROC curves, over all test folds.

        Parameters
        ----------
        model : str
            Name of a classifier with probabilities.
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
        >>> found.plot_roc("linear").get_xlabel()
        'false positive rate'
        """
        return self._plot_classes("plot_roc", model, ax)

    def plot_precision_recall(self, model: str, *, ax: Axes | None = None) -> Axes:
        """Draw precision against recall, over all test folds.

        Parameters
        ----------
        model : str
            Name of a classifier with probabilities.
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
        >>> found.plot_precision_recall("linear").get_xlabel()
        'recall'
        """
        return self._plot_classes("plot_precision_recall", model, ax)

    def plot_calibration(self, model: str, *, ax: Axes | None = None) -> Axes:
        """Draw predicted probabilities against shares that came true.

        Parameters
        ----------
        model : str
            Name of a classifier with probabilities.
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
        >>> found.plot_calibration("linear").get_xlabel()
        'predicted probability'
        """
        return self._plot_classes("plot_calibration", model, ax)

    def plot_residuals(self, model: str, *, ax: Axes | None = None) -> Axes:
        """Draw residuals against predictions, over all test folds.

        Parameters
        ----------
        model : str
            Name of a regressor.
        ax : matplotlib.axes.Axes or None, default=None
            None makes new ones.

        Returns
        -------
        matplotlib.axes.Axes

        Examples
        --------
        >>> from sklearn.linear_model import Ridge
        >>> from skkeras.datasets import load_boston
        >>> from skkeras.report import compare
        >>> X, y = load_boston(return_X_y=True)
        >>> found = compare({"linear": Ridge()}, X, y, cv=3, random_state=0)
        >>> found.plot_residuals("linear").get_xlabel()
        'prediction'
        """
        from skkeras.report.plots.predictions import plot_residuals

        return plot_residuals(pooled_predictions(self.evaluation(model)), ax=ax)

    def plot_quantiles(self, model: str, *, ax: Axes | None = None) -> Axes:
        """Draw the residuals' quantiles against a normal distribution's.

        Parameters
        ----------
        model : str
            Name of a regressor.
        ax : matplotlib.axes.Axes or None, default=None
            None makes new ones.

        Returns
        -------
        matplotlib.axes.Axes

        Examples
        --------
        >>> from sklearn.linear_model import Ridge
        >>> from skkeras.datasets import load_boston
        >>> from skkeras.report import compare
        >>> X, y = load_boston(return_X_y=True)
        >>> found = compare({"linear": Ridge()}, X, y, cv=3, random_state=0)
        >>> found.plot_quantiles("linear").get_ylabel()
        'truth minus prediction'
        """
        from skkeras.report.plots.predictions import plot_quantiles

        return plot_quantiles(pooled_predictions(self.evaluation(model)), ax=ax)

    def _plot_classes(self, name, model, ax):
        from skkeras.report.plots import predictions as plots

        pooled = pooled_predictions(self.evaluation(model))
        return getattr(plots, name)(pooled, self.class_names, ax=ax)


def _plot_bars(table, label, ax):
    from skkeras.report.plots.training import plot_bars

    return plot_bars(table.mean(), table.std(), label, ax=ax)
