"""Tables, pictures and texts that tutorials use, as scikit-learn serves its own."""

from sklearn.datasets import load_iris

from skkeras.datasets.boston import load_boston
from skkeras.datasets.downloads import (
    fetch_cifar10,
    fetch_cifar100,
    fetch_fashion_mnist,
    fetch_imdb,
    fetch_mnist,
    fetch_reuters,
    imdb_words,
    reuters_words,
)
from skkeras.datasets.pima import load_pima

__all__ = [
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
