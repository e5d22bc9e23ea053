"""Ready-made search spaces of the multilayer perceptrons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from skkeras.model_selection.mlp_portfolio import (
    LOSSES,
    PORTFOLIOS,
    fitted,
    labels_of,
)

if TYPE_CHECKING:
    import optuna
    from sklearn.base import BaseEstimator

    from skkeras.model_selection.labels import LabelledTrial

# An adaptive step wants a smaller rate than plain gradient descent: Bengio, "Practical
# Recommendations for Gradient-Based Training of Deep Architectures", 2012, section 3.1.
_SGD_LEARNING_RATES = (1e-3, 0.3)


@dataclass(frozen=True)
class MLPSpace:
    """A conditional search space; see :func:`mlp_space`."""

    task: Literal["classification", "regression"]
    prefix: str
    max_layers: int
    units: tuple[int, int]
    activations: tuple[Any, ...]
    optimizers: tuple[Any, ...]
    losses: tuple[Any, ...]
    batch_sizes: tuple[int, ...]
    learning_rates: tuple[float, float]
    l2: tuple[float, float]

    @property
    def portfolio(self) -> tuple[dict[str, Any], ...]:
        """Configurations to begin a search with, by the names that are suggested."""
        return fitted(self, PORTFOLIOS[self.task])

    def own_params(self, estimator: BaseEstimator) -> dict[str, Any] | None:
        """Return the estimator's own values of what is searched.

        Parameters
        ----------
        estimator : estimator
            A perceptron, or what `prefix` leads through to one.

        Returns
        -------
        dict or None
            By name of the perceptron's parameter, without `prefix`; None where the
            estimator has not all of them.
        """
        names = ["hidden_layer_sizes", "activation", "optimizer", "learning_rate"]
        names += ["l2", "batch_size", *(["loss"] if self.losses else [])]
        params = estimator.get_params()
        if any(f"{self.prefix}{name}" not in params for name in names):
            return None
        return {name: params[f"{self.prefix}{name}"] for name in names}

    def own_labels(self, estimator: BaseEstimator) -> dict[str, Any] | None:
        """Return the estimator's own values as this space suggests them.

        Parameters
        ----------
        estimator : estimator
            A perceptron, or what `prefix` leads through to one.

        Returns
        -------
        dict or None
            None where they do not lie in the space, such as ``l2="auto"``.
        """
        params = self.own_params(estimator)
        return None if params is None else labels_of(self, params)

    def __call__(self, trial: optuna.Trial | LabelledTrial) -> dict[str, Any]:
        """Suggest the parameters of one perceptron."""
        optimizer = trial.suggest_categorical("optimizer", self.optimizers)
        params = {
            "hidden_layer_sizes": self._sizes(trial),
            "activation": trial.suggest_categorical("activation", self.activations),
            "optimizer": optimizer,
            "learning_rate": self._suggest_rate(trial, optimizer),
            "l2": trial.suggest_float("l2", *self.l2, log=True),
            "batch_size": trial.suggest_categorical("batch_size", self.batch_sizes),
        }
        if self.losses:
            loss = trial.suggest_categorical("loss", self.losses)
            params["loss"] = None if loss == "crossentropy" else loss
        return {f"{self.prefix}{name}": value for name, value in params.items()}

    def _sizes(self, trial):
        low, high = self.units
        n_layers = trial.suggest_int("n_layers", 1, self.max_layers)
        return tuple(
            trial.suggest_int(f"units_{layer}", low, high, log=True)
            for layer in range(n_layers)
        )

    def _suggest_rate(self, trial, optimizer):
        """Suggest within a range of the optimizer's own, under a name of its own."""
        kind, limits = self.rates_of(optimizer)
        return trial.suggest_float(f"learning_rate_{kind}", *limits, log=True)

    def rates_of(self, optimizer: Any) -> tuple[str, tuple[float, float]]:
        """Return the kind of an optimizer's learning rates, and their range.

        Parameters
        ----------
        optimizer : object
            One of `optimizers`.

        Returns
        -------
        kind : {"sgd", "adaptive"}
        limits : tuple of two float
        """
        is_sgd = isinstance(optimizer, str) and optimizer == "sgd"
        return (
            ("sgd", _SGD_LEARNING_RATES)
            if is_sgd
            else ("adaptive", self.learning_rates)
        )


def mlp_space(
    task: Literal["classification", "regression"],
    *,
    prefix: str = "",
    max_layers: int = 3,
    units: tuple[int, int] = (8, 64),
    activations: Sequence[Any] = ("relu", "tanh", "elu"),
    optimizers: Sequence[Any] = ("adam", "rmsprop", "sgd"),
    losses: Sequence[Any] | None = None,
    batch_sizes: Sequence[int] = (16, 32, 64),
    learning_rates: tuple[float, float] = (1e-4, 3e-2),
    l2: tuple[float, float] = (1e-7, 1e-1),
) -> MLPSpace:
    """Return a search space of a KerasMLPClassifier or KerasMLPRegressor.

    The number of layers first, then the width of each; an optimizer, then a learning
    rate in its range; activation, L2 penalty, batch size and loss. Trials with
    different losses are compared by ``scoring``. The hinge losses have no
    probabilities: leave them out for a ``scoring`` that needs some, such as
    ``neg_log_loss``.

    Parameters
    ----------
    task : {"classification", "regression"}
        Decides the default losses.
    prefix : str, default=""
        Put before each parameter: ``"kerasmlpclassifier__"`` within ``make_pipeline``.
    max_layers : int, default=3
        Most hidden layers.
    units : tuple of two int, default=(8, 64)
        Fewest and most units of a layer.
    activations : tuple of str, default=("relu", "tanh", "elu")
        Of the hidden layers.
    optimizers : tuple of str, default=("adam", "rmsprop", "sgd")
        As Keras names them.
    losses : tuple, default=None
        ``("crossentropy", "hinge", "squared_hinge")`` or ``("mean_squared_error",
        "mean_absolute_error", "huber")`` when None, where ``"crossentropy"`` is the
        target's own. With ``()`` the loss stays as the estimator has it.
    batch_sizes : tuple of int, default=(16, 32, 64)
        Rows in a gradient update.
    learning_rates : tuple of two float, default=(1e-4, 3e-2)
        Lowest and highest rate of optimizers that adapt their steps. Those of ``"sgd"``
        lie from 0.001 to 0.3.
    l2 : tuple of two float, default=(1e-7, 1e-1)
        Lowest and highest factor of the L2 penalty. A search of few trials does better
        with narrow ranges.

    Returns
    -------
    callable
        For ``OptunaSearchCV(estimator, mlp_space(task))``. Its ``portfolio`` is a tuple
        of dict, for ``initial_trials``: configurations that did well on fourteen
        tables, moved into the ranges and choices given here.

    Raises
    ------
    ValueError
        When the task is neither of the two.

    Notes
    -----
    A search begins with the estimator as it is, also where that lies outside the space,
    as ``l2="auto"`` does; see ``initial_trials`` of
    :class:`~skkeras.model_selection.OptunaSearchCV`. The members of the portfolio were
    chosen greedily, each to lower the mean over the tables of the best member's regret
    [1]_. On tables left out it is better than random draws, but not after the
    perceptrons' defaults: so it is tried only where it is asked for.

    References
    ----------
    .. [1] M. Feurer, K. Eggensperger, S. Falkner, M. Lindauer, F. Hutter, "Auto-sklearn
       2.0: Hands-free AutoML via Meta-Learning", JMLR 23, 2022.

    Examples
    --------
    >>> from optuna.trial import FixedTrial
    >>> space = mlp_space("regression", max_layers=1, losses=())
    >>> space(FixedTrial({
    ...     "n_layers": 1, "units_0": 16, "activation": "relu", "optimizer": "adam",
    ...     "learning_rate_adaptive": 0.001, "l2": 1e-4, "batch_size": 32,
    ... }))["hidden_layer_sizes"]
    (16,)
    """
    if task not in LOSSES:
        raise ValueError(
            f"task must be 'classification' or 'regression', got {task!r}."
        )
    return MLPSpace(
        task=task,
        prefix=prefix,
        max_layers=max_layers,
        units=tuple(units),  # pyright: ignore[reportArgumentType]
        activations=tuple(activations),
        optimizers=tuple(optimizers),
        losses=tuple(LOSSES[task] if losses is None else losses),
        batch_sizes=tuple(batch_sizes),
        learning_rates=tuple(learning_rates),  # pyright: ignore[reportArgumentType]
        l2=tuple(l2),  # pyright: ignore[reportArgumentType]
    )
