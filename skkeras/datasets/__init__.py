"""Tables, pictures and texts that tutorials use, as scikit-learn serves its own."""

from sklearn.datasets import load_iris

from skkeras.datasets.boston import load_boston
from skkeras.datasets.pictures import (
    fetch_cifar10,
    fetch_cifar100,
    fetch_fashion_mnist,
    fetch_mnist,
)
from skkeras.datasets.pima import load_pima
from skkeras.datasets.source import StandInWarning
from skkeras.datasets.texts import (
    fetch_imdb,
    fetch_reuters,
    imdb_words,
    reuters_words,
)

__all__ = [
    "StandInWarning",
    "fetch_cifar10",
    "fetch_cifar100",
    "fetch_fashion_mnist",
    "fetch_imdb",
    "fetch_mnist",
    "fetch_reuters",
    "imdb_words",
    "load_boston",
    "load_iris",
    "load_pima",
    "reuters_words",
]
