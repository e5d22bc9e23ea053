"""The texts of ``keras.datasets``, in the forms that scikit-learn's loaders offer.

Keras downloads each once into its own folder and checks it; where it cannot, a small
stand-in is given with a warning. Labels come as class numbers in one dimension: the
estimators make one-hot rows where a loss wants them.
"""

from __future__ import annotations

from functools import partial
from typing import Literal, overload

from sklearn.utils import Bunch

from skkeras.datasets import stand_ins
from skkeras.datasets.fetching import Content, Pair, Subset, fetched
from skkeras.datasets.source import downloaded, of_the_same_source, real_or_stand_in


@overload
def fetch_imdb(
    *,
    subset: Subset = ...,
    num_words: int | None = ...,
    skip_top: int = ...,
    maxlen: int | None = ...,
    return_X_y: Literal[False] = ...,
    stand_in: bool | None = ...,
) -> Bunch: ...
@overload
def fetch_imdb(
    *,
    subset: Subset = ...,
    num_words: int | None = ...,
    skip_top: int = ...,
    maxlen: int | None = ...,
    return_X_y: Literal[True],
    stand_in: bool | None = ...,
) -> Pair: ...
def fetch_imdb(
    *,
    subset: Subset = "train",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    return_X_y: bool = False,
    stand_in: bool | None = None,
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
    stand_in : bool, default=None
        Whether to give 1,500 reviews made for this in place of them; as in
        :func:`fetch_mnist`.

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
    >>> X, y = fetch_imdb(num_words=1000, return_X_y=True, stand_in=True)
    >>> max(X[0]) < 1000
    True
    """
    limits = {"num_words": num_words, "skip_top": skip_top, "maxlen": maxlen}
    names = ["blame", "praise"]
    return fetched(
        *("imdb", "imdb.npz", partial(stand_ins.reviews, **limits)),
        real=Content("IMDB film reviews", names),
        stand_in_is=Content("Film reviews made for skkeras", names),
        subset=subset,
        return_X_y=return_X_y,
        stand_in=stand_in,
        **limits,
    )


@overload
def fetch_reuters(
    *,
    subset: Subset = ...,
    num_words: int | None = ...,
    skip_top: int = ...,
    maxlen: int | None = ...,
    return_X_y: Literal[False] = ...,
    stand_in: bool | None = ...,
) -> Bunch: ...
@overload
def fetch_reuters(
    *,
    subset: Subset = ...,
    num_words: int | None = ...,
    skip_top: int = ...,
    maxlen: int | None = ...,
    return_X_y: Literal[True],
    stand_in: bool | None = ...,
) -> Pair: ...
def fetch_reuters(
    *,
    subset: Subset = "train",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    return_X_y: bool = False,
    stand_in: bool | None = None,
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
    stand_in : bool, default=None
        Whether to give 1,600 newswires made for this in place of them; as in
        :func:`fetch_mnist`.

    Returns
    -------
    data : Bunch or (data, target)
        As :func:`fetch_imdb` gives them.

    Examples
    --------
    >>> from skkeras.datasets import fetch_reuters
    >>> len(fetch_reuters(subset="test", stand_in=True).data)
    400
    """
    import keras

    limits = {"num_words": num_words, "skip_top": skip_top, "maxlen": maxlen}
    names = list(keras.datasets.reuters.get_label_names())
    return fetched(
        *("reuters", "reuters.npz", partial(stand_ins.newswires, **limits)),
        real=Content("Reuters newswires", names),
        stand_in_is=Content("Newswires made for skkeras", names),
        subset=subset,
        return_X_y=return_X_y,
        stand_in=stand_in,
        **limits,
    )


def imdb_words(*, stand_in: bool | None = None) -> dict[int, str]:
    """Return the words of :func:`fetch_imdb` by their numbers.

    Parameters
    ----------
    stand_in : bool, default=None
        Whether to give those of the reviews that stand in for IMDB's; when None, where
        these were given last, or the real words cannot be downloaded.

    Returns
    -------
    dict of int to str
        With "<start>" for 1 and "<left out>" for 2, so that
        ``" ".join(words[n] for n in review)`` reads a review back.

    Examples
    --------
    >>> from skkeras.datasets import imdb_words
    >>> imdb_words(stand_in=True)[4]
    'the'
    """
    load = partial(downloaded, "imdb", "get_word_index", "imdb_word_index.json")
    stand_in = of_the_same_source("imdb", stand_in)
    return _by_number(
        real_or_stand_in("imdb", load, stand_ins.review_words, stand_in)[0]
    )


def reuters_words(*, stand_in: bool | None = None) -> dict[int, str]:
    """Return the words of :func:`fetch_reuters` by their numbers.

    Parameters
    ----------
    stand_in : bool, default=None
        As in :func:`imdb_words`.

    Returns
    -------
    dict of int to str
        As :func:`imdb_words` gives them.

    Examples
    --------
    >>> from skkeras.datasets import reuters_words
    >>> reuters_words(stand_in=True)[1]
    '<start>'
    """
    load = partial(downloaded, "reuters", "get_word_index", "reuters_word_index.json")
    stand_in = of_the_same_source("reuters", stand_in)
    return _by_number(
        real_or_stand_in("reuters", load, stand_ins.newswire_words, stand_in)[0]
    )


def _by_number(ranks):
    shifted = {rank + 3: word for word, rank in ranks.items()}
    return {0: "<padding>", 1: "<start>", 2: "<left out>"} | shifted
