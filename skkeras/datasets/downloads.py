"""The data sets of ``keras.datasets``, in the forms that scikit-learn's loaders offer.

Keras downloads each once into its own folder and checks it. Labels come as class
numbers in one dimension: the estimators make one-hot rows where a loss wants them.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args, overload

import numpy as np
from sklearn.utils import Bunch

Subset: TypeAlias = Literal["train", "test", "all"]
SUBSETS = get_args(Subset)
Pair: TypeAlias = tuple[np.ndarray, np.ndarray]
_FASHION = (
    "T-shirt/top",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)
_CIFAR10 = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)


@overload
def fetch_mnist(*, subset: Subset = ..., return_X_y: Literal[False] = ...) -> Bunch: ...
@overload
def fetch_mnist(*, subset: Subset = ..., return_X_y: Literal[True]) -> Pair: ...
def fetch_mnist(*, subset: Subset = "train", return_X_y: bool = False) -> Bunch | Pair:
    """Load handwritten digits (10 classes), downloading them the first time.

    Parameters
    ----------
    subset : {"train", "test", "all"}, default="train"
        60,000 images, 10,000, or both in this order.
    return_X_y : bool, default=False
        Return ``(data, target)`` instead of a Bunch.

    Returns
    -------
    data : Bunch
        ``data`` : ndarray of shape (n_samples, 28, 28), uint8, 0 to 255;
        ``target`` : ndarray of shape (n_samples,), int64;
        ``target_names`` : list of str; ``DESCR`` : str.
    (data, target) : tuple
        Where `return_X_y` is true.

    Raises
    ------
    OSError
        When the file is not there and cannot be downloaded.

    Examples
    --------
    >>> from skkeras.datasets import fetch_mnist
    >>> X, y = fetch_mnist(return_X_y=True)  # doctest: +SKIP
    """
    parts = _load("mnist", "mnist.npz")
    return _bunch(parts, subset, return_X_y, list("0123456789"), "MNIST digits")


@overload
def fetch_fashion_mnist(
    *, subset: Subset = ..., return_X_y: Literal[False] = ...
) -> Bunch: ...
@overload
def fetch_fashion_mnist(*, subset: Subset = ..., return_X_y: Literal[True]) -> Pair: ...
def fetch_fashion_mnist(
    *, subset: Subset = "train", return_X_y: bool = False
) -> Bunch | Pair:
    """Load pictures of clothes (10 classes), downloading them the first time.

    Parameters
    ----------
    subset : {"train", "test", "all"}, default="train"
        60,000 images, 10,000, or both in this order.
    return_X_y : bool, default=False
        Return ``(data, target)`` instead of a Bunch.

    Returns
    -------
    data : Bunch or (data, target)
        As :func:`fetch_mnist` gives them.

    Examples
    --------
    >>> from skkeras.datasets import fetch_fashion_mnist
    >>> fetch_fashion_mnist().data.shape  # doctest: +SKIP
    (60000, 28, 28)
    """
    parts = _load("fashion_mnist", "fashion-mnist/")
    return _bunch(parts, subset, return_X_y, list(_FASHION), "Fashion-MNIST clothes")


@overload
def fetch_cifar10(
    *, subset: Subset = ..., return_X_y: Literal[False] = ...
) -> Bunch: ...
@overload
def fetch_cifar10(*, subset: Subset = ..., return_X_y: Literal[True]) -> Pair: ...
def fetch_cifar10(
    *, subset: Subset = "train", return_X_y: bool = False
) -> Bunch | Pair:
    """Load small colour pictures (10 classes), downloading them the first time.

    Parameters
    ----------
    subset : {"train", "test", "all"}, default="train"
        50,000 images, 10,000, or both in this order.
    return_X_y : bool, default=False
        Return ``(data, target)`` instead of a Bunch.

    Returns
    -------
    data : Bunch or (data, target)
        As :func:`fetch_mnist` gives them, with ``data`` of shape
        (n_samples, 32, 32, 3).

    Examples
    --------
    >>> from skkeras.datasets import fetch_cifar10
    >>> fetch_cifar10().data.shape  # doctest: +SKIP
    (50000, 32, 32, 3)
    """
    parts = _load("cifar10", "cifar-10-batches-py-target/")
    return _bunch(parts, subset, return_X_y, list(_CIFAR10), "CIFAR-10 pictures")


@overload
def fetch_cifar100(
    *,
    subset: Subset = ...,
    label_mode: Literal["fine", "coarse"] = ...,
    return_X_y: Literal[False] = ...,
) -> Bunch: ...
@overload
def fetch_cifar100(
    *,
    subset: Subset = ...,
    label_mode: Literal["fine", "coarse"] = ...,
    return_X_y: Literal[True],
) -> Pair: ...
def fetch_cifar100(
    *,
    subset: Subset = "train",
    label_mode: Literal["fine", "coarse"] = "fine",
    return_X_y: bool = False,
) -> Bunch | Pair:
    """Load small colour pictures (100 classes), downloading them the first time.

    Parameters
    ----------
    subset : {"train", "test", "all"}, default="train"
        50,000 images, 10,000, or both in this order.
    label_mode : {"fine", "coarse"}, default="fine"
        100 classes, or the 20 groups that they form.
    return_X_y : bool, default=False
        Return ``(data, target)`` instead of a Bunch.

    Returns
    -------
    data : Bunch or (data, target)
        As :func:`fetch_mnist` gives them, with ``data`` of shape
        (n_samples, 32, 32, 3) and numbers for ``target_names``.

    Examples
    --------
    >>> from skkeras.datasets import fetch_cifar100
    >>> fetch_cifar100().data.shape  # doctest: +SKIP
    (50000, 32, 32, 3)
    """
    parts = _load("cifar100", "cifar-100-python-target/", label_mode=label_mode)
    names = [str(number) for number in range(100 if label_mode == "fine" else 20)]
    return _bunch(parts, subset, return_X_y, names, "CIFAR-100 pictures")


@overload
def fetch_imdb(
    *,
    subset: Subset = ...,
    num_words: int | None = ...,
    skip_top: int = ...,
    maxlen: int | None = ...,
    return_X_y: Literal[False] = ...,
) -> Bunch: ...
@overload
def fetch_imdb(
    *,
    subset: Subset = ...,
    num_words: int | None = ...,
    skip_top: int = ...,
    maxlen: int | None = ...,
    return_X_y: Literal[True],
) -> Pair: ...
def fetch_imdb(
    *,
    subset: Subset = "train",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    return_X_y: bool = False,
) -> Bunch | Pair:
    """Load film reviews as sequences of word numbers (2 classes).

    Parameters
    ----------
    subset : {"train", "test", "all"}, default="train"
        25,000 reviews, 25,000, or both in this order.
    num_words : int, default=None
        Numbers at or above it become 2, which stands for words left out. All words
        are kept when None.
    skip_top : int, default=0
        How many of the most frequent words are left out likewise.
    maxlen : int, default=None
        Reviews of this many words or more are left out.
    return_X_y : bool, default=False
        Return ``(data, target)`` instead of a Bunch.

    Returns
    -------
    data : Bunch or (data, target)
        ``data`` : ndarray of shape (n_samples,) of lists of int, for
        :class:`skkeras.preprocessing.MultiHotEncoder` or an Embedding layer;
        ``target`` : ndarray of shape (n_samples,), int64, 1 for praise.

    See Also
    --------
    imdb_words : To read a review back.

    Examples
    --------
    >>> from skkeras.datasets import fetch_imdb
    >>> X, y = fetch_imdb(num_words=10_000, return_X_y=True)  # doctest: +SKIP
    >>> max(X[0]) < 10_000  # doctest: +SKIP
    True
    """
    arguments = {"num_words": num_words, "skip_top": skip_top, "maxlen": maxlen}
    parts = _load("imdb", "imdb.npz", **arguments)
    return _bunch(parts, subset, return_X_y, ["blame", "praise"], "IMDB film reviews")


@overload
def fetch_reuters(
    *,
    subset: Subset = ...,
    num_words: int | None = ...,
    skip_top: int = ...,
    maxlen: int | None = ...,
    return_X_y: Literal[False] = ...,
) -> Bunch: ...
@overload
def fetch_reuters(
    *,
    subset: Subset = ...,
    num_words: int | None = ...,
    skip_top: int = ...,
    maxlen: int | None = ...,
    return_X_y: Literal[True],
) -> Pair: ...
def fetch_reuters(
    *,
    subset: Subset = "train",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    return_X_y: bool = False,
) -> Bunch | Pair:
    """Load newswires as sequences of word numbers (46 topics).

    Parameters
    ----------
    subset : {"train", "test", "all"}, default="train"
        8,982 newswires, 2,246, or both in this order.
    num_words : int, default=None
        As in :func:`fetch_imdb`.
    skip_top : int, default=0
        As in :func:`fetch_imdb`.
    maxlen : int, default=None
        As in :func:`fetch_imdb`.
    return_X_y : bool, default=False
        Return ``(data, target)`` instead of a Bunch.

    Returns
    -------
    data : Bunch or (data, target)
        As :func:`fetch_imdb` gives them.

    Examples
    --------
    >>> from skkeras.datasets import fetch_reuters
    >>> len(fetch_reuters(subset="test").data)  # doctest: +SKIP
    2246
    """
    import keras

    arguments = {"num_words": num_words, "skip_top": skip_top, "maxlen": maxlen}
    parts = _load("reuters", "reuters.npz", **arguments)
    names = list(keras.datasets.reuters.get_label_names())
    return _bunch(parts, subset, return_X_y, names, "Reuters newswires")


def imdb_words() -> dict[int, str]:
    """Return the words of :func:`fetch_imdb` by their numbers.

    Returns
    -------
    dict of int to str
        With "<start>" for 1 and "<left out>" for 2, so that
        ``" ".join(words[n] for n in review)`` reads a review back.

    Examples
    --------
    >>> from skkeras.datasets import imdb_words
    >>> imdb_words()[4]  # doctest: +SKIP
    'the'
    """
    return _words("imdb", "imdb_word_index.json")


def reuters_words() -> dict[int, str]:
    """Return the words of :func:`fetch_reuters` by their numbers.

    Returns
    -------
    dict of int to str
        As :func:`imdb_words` gives them.

    Examples
    --------
    >>> from skkeras.datasets import reuters_words
    >>> reuters_words()[4]  # doctest: +SKIP
    'the'
    """
    return _words("reuters", "reuters_word_index.json")


def _words(name, file_name):
    index = _download(name, "get_word_index", file_name)
    shifted = {number + 3: word for word, number in index.items()}
    return {0: "<padding>", 1: "<start>", 2: "<left out>"} | shifted


def _load(name, file_name, **arguments):
    return _download(name, "load_data", file_name, **arguments)


def _download(name, function, file_name, **arguments):
    """Call a loader of Keras, and raise `OSError` where its download fails."""
    import keras

    try:
        return getattr(getattr(keras.datasets, name), function)(**arguments)
    except (ValueError, TypeError):
        raise
    except Exception as error:
        raise OSError(
            f"keras.datasets.{name} could not be downloaded ({error}). Where there is "
            f"no network, copy {file_name} into the folder datasets of Keras's folder "
            "(~/.keras, or what KERAS_HOME names), from a machine that has it."
        ) from error


def _bunch(parts, subset, return_X_y, target_names, title):
    if subset not in SUBSETS:
        raise ValueError(f"subset must be one of {SUBSETS}, got {subset!r}.")
    chosen = {"train": parts[:1], "test": parts[1:], "all": parts}[subset]
    data = np.concatenate([X for X, _ in chosen])
    target = np.concatenate([np.ravel(y) for _, y in chosen]).astype(np.int64)
    if return_X_y:
        return data, target
    return Bunch(
        data=data,
        target=target,
        target_names=target_names,
        DESCR=f"{title}, as keras.datasets serves them.",
    )
