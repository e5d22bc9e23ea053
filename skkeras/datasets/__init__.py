"""Small tables that comparisons are often made on, as scikit-learn serves its own."""

from sklearn.datasets import load_iris

from skkeras.datasets.boston import load_boston
from skkeras.datasets.pima import load_pima

__all__ = ["load_boston", "load_iris", "load_pima"]
