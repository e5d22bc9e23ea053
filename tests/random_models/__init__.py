"""Random models, each a pure function of an integer, and their check by Model.fit."""

from random_models.cases import Case
from random_models.comparison import check

__all__ = ["Case", "check"]
