"""Looking at a fitted estimator: its loss, its layers, its curves."""

# A mixin: the estimator has the other attributes.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.validation import check_is_fitted

from skkeras import training
from skkeras.estimators.data.batches import feed
from skkeras.estimators.data.rows import Rows
from skkeras.estimators.data.weights import checked_weights, of_mean_one, weighted_rows
from skkeras.estimators.one_fit import predicting
from skkeras.estimators.options import FitOptions
from skkeras.estimators.typing import Features

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Inspection:
    """Methods that read a fitted estimator and change nothing."""

    def evaluate(
        self, X: Features, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> dict[str, float]:
        """Compute the model's own loss and metrics.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features, ...) or dict
            Test rows.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Their true targets.
        sample_weight : array-like of shape (n_samples,), default=None
            How much more one row counts than another, as in fit.

        Returns
        -------
        dict of str to float
            ``loss`` and the compiled metrics, as ``Model.evaluate`` computes them, on
            the encoded target.
        """
        check_is_fitted(self, "model_")
        training.check_not_forked()
        with predicting(self):
            checked, target = self._check_X_y(X, y, reset=False)
            self._check_known(target)
            weights = checked_weights(target, sample_weight)
            rows = weighted_rows(Rows(checked, target, weights))
            options = FitOptions.of(self._training_params(), {})
            batch_size = options.rows_a_batch(len(rows.y))
            data = feed(self._encode(*of_mean_one(rows)), batch_size)
            return training.evaluate(self._training_model, *data, batch_size=batch_size)

    def summary(self, **kwargs: Any) -> None:
        """Print the layers of the model, with their shapes and numbers of weights.

        Parameters
        ----------
        **kwargs : dict
            Arguments of ``keras.Model.summary``, such as ``expand_nested=True`` or
            ``print_fn``.
        """
        check_is_fitted(self, "model_")
        self.model_.summary(**kwargs)

    def plot_history(
        self,
        names: str | Sequence[str] | None = None,
        *,
        ax: Axes | np.ndarray | None = None,
    ) -> np.ndarray:
        """Plot the loss and the metrics of each epoch, and mark the best epoch.

        Parameters
        ----------
        names : str or list of str, default=None
            Entries of ``history_`` to plot, without ``val_``; when None the loss and
            each metric that is one number. Where validation values were recorded they
            are drawn beside them.
        ax : matplotlib Axes or array of them, default=None
            One for each name; a new figure's when None.

        Returns
        -------
        ndarray of matplotlib Axes
            One for each name.

        Raises
        ------
        ValueError
            When there is no history, or a name is not in it.

        Examples
        --------
        >>> from skkeras import KerasMLPClassifier
        >>> from sklearn.datasets import load_iris
        >>> model = KerasMLPClassifier(epochs=3).fit(*load_iris(return_X_y=True))
        >>> [ax.get_title() for ax in model.plot_history()]
        ['loss', 'accuracy']
        """
        check_is_fitted(self, "history_")
        names = self._plotted(names)
        given: Any = _new_axes(len(names)) if ax is None else ax
        axes = np.atleast_1d(given)
        if len(axes) != len(names):
            raise ValueError(f"ax has {len(axes)} Axes, but {len(names)} are needed.")
        for name, axis in zip(names, axes, strict=True):
            _plot_curve(axis, name, self.history_)
        return axes

    def _plotted(self, names) -> list[str]:
        if not self.history_.get("loss"):
            raise ValueError(
                f"This {type(self).__name__} has no history: it was initialised, but "
                "not trained."
            )
        known = [name for name in self.history_ if not name.startswith("val_")]
        if names is None:
            others = [n for n in known if n not in ("loss", "learning_rate")]
            return ["loss", *(n for n in others if np.ndim(self.history_[n][0]) == 0)]
        names = [names] if isinstance(names, str) else list(names)
        for name in names:
            if name not in known:
                raise ValueError(f"{name!r} is not in the history: it has {known}.")
        return names


def _new_axes(count):
    import matplotlib.pyplot as plt

    _, axes = plt.subplots(1, count, figsize=(4.5 * count, 3.2), layout="constrained")
    return axes


def _plot_curve(axis, name, history):
    epochs = np.arange(1, len(history[name]) + 1)
    axis.plot(epochs, history[name], label="training")
    held_out = history.get(f"val_{name}", ())
    if len(held_out) == len(epochs):
        axis.plot(epochs, held_out, label="validation")
        if name == "loss":
            best = int(np.argmin(held_out))
            axis.plot(
                epochs[best], held_out[best], "o", label=f"best epoch: {epochs[best]}"
            )
        axis.legend()
    axis.set(title=name, xlabel="epoch", ylabel=name)
