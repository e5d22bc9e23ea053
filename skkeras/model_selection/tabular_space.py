"""A ready-made search space of the estimators for tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import optuna

    from skkeras.estimators.tabular.portfolio import TableNet
    from skkeras.model_selection.labels import LabelledTrial


@dataclass(frozen=True)
class TabularSpace:
    """A conditional search space; see :func:`tabular_space`."""

    prefix: str
    portfolio: tuple[TableNet, ...]
    max_layers: int
    units: tuple[int, int]
    activations: tuple[str, ...]
    dropout: tuple[float, float]
    learning_rates: tuple[float, float]

    def __call__(self, trial: optuna.Trial | LabelledTrial) -> dict[str, Any]:
        """Suggest what the configurations of one portfolio have in common."""
        n_layers = trial.suggest_int("n_layers", 1, self.max_layers)
        units = trial.suggest_int("units", *self.units, log=True)
        shared = {
            "hidden_layer_sizes": (units,) * n_layers,
            "activation": trial.suggest_categorical("activation", self.activations),
            "dropout": trial.suggest_float("dropout", *self.dropout),
            "learning_rate": trial.suggest_float(
                "learning_rate", *self.learning_rates, log=True
            ),
        }
        portfolio = [asdict(net) | shared for net in self.portfolio]
        return {f"{self.prefix}portfolio": portfolio}


def tabular_space(
    task: Literal["classification", "regression"],
    *,
    prefix: str = "",
    max_layers: int = 3,
    units: tuple[int, int] = (32, 128),
    activations: Sequence[str] = ("relu", "silu"),
    dropout: tuple[float, float] = (0.0, 0.3),
    learning_rates: tuple[float, float] = (2e-3, 3e-2),
) -> TabularSpace:
    """Return a search space of a KerasTabularClassifier or KerasTabularRegressor.

    Searched is what all configurations of a portfolio have in common: depth, width,
    activation, dropout and learning rate. Their penalties and the ways in which numbers
    enter are those of the default portfolio, among which each fit chooses itself.

    Parameters
    ----------
    task : {"classification", "regression"}
        Decides the portfolio.
    prefix : str, default=""
        Put before the parameter, within a pipeline.
    max_layers : int, default=3
        Most hidden layers.
    units : tuple of two int, default=(32, 128)
        Fewest and most units of each layer.
    activations : tuple of str, default=("relu", "silu")
        Of the hidden layers, as Keras names them.
    dropout : tuple of two float, default=(0.0, 0.3)
        Least and largest share of each layer's outputs that training sets to zero.
    learning_rates : tuple of two float, default=(2e-3, 3e-2)
        Lowest and highest rate of the first epoch.

    Returns
    -------
    callable
        For ``OptunaSearchCV(estimator, tabular_space(task))``.

    Raises
    ------
    ValueError
        When the task is neither of the two.

    Examples
    --------
    >>> from optuna.trial import FixedTrial
    >>> space = tabular_space("regression")
    >>> params = space(FixedTrial({
    ...     "n_layers": 2, "units": 48, "activation": "silu", "dropout": 0.1,
    ...     "learning_rate": 0.01,
    ... }))
    >>> params["portfolio"][0]["hidden_layer_sizes"], len(params["portfolio"])
    ((48, 48), 12)
    """
    from skkeras.estimators.tabular.portfolio import OF_CLASSES, OF_NUMBERS

    portfolios = {"classification": OF_CLASSES, "regression": OF_NUMBERS}
    if task not in portfolios:
        raise ValueError(
            f"task must be 'classification' or 'regression', got {task!r}."
        )
    return TabularSpace(
        prefix=prefix,
        portfolio=portfolios[task],
        max_layers=max_layers,
        units=tuple(units),  # pyright: ignore[reportArgumentType]
        activations=tuple(activations),
        dropout=tuple(dropout),  # pyright: ignore[reportArgumentType]
        learning_rates=tuple(learning_rates),  # pyright: ignore[reportArgumentType]
    )
