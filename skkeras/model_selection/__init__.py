"""Hyperparameter search on Optuna."""

from skkeras.model_selection.mlp_space import mlp_space
from skkeras.model_selection.search import OptunaSearchCV

__all__ = ["OptunaSearchCV", "mlp_space"]
