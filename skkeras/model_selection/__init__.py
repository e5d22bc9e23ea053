"""Hyperparameter search on Optuna."""

from skkeras.model_selection.mlp_space import mlp_space
from skkeras.model_selection.search import OptunaSearchCV
from skkeras.model_selection.tabular_space import tabular_space

__all__ = ["OptunaSearchCV", "mlp_space", "tabular_space"]
