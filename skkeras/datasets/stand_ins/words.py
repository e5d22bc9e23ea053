"""Texts as the word numbers that ``keras.datasets`` gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from skkeras.datasets.stand_ins.digits import Parts

_START, _LEFT_OUT, _FIRST = 1, 2, 4  # 3 is no word's


def ranked(texts: Sequence[str]) -> dict[str, int]:
    """Rank the words of texts, the most frequent first.

    Parameters
    ----------
    texts : sequence of str
        Words in lower case with spaces between them.

    Returns
    -------
    dict of str to int
        From 1; words that are as frequent in the order of the alphabet.

    Examples
    --------
    >>> from skkeras.datasets.stand_ins.words import ranked
    >>> ranked(["a film", "a good film", "a bore"])
    {'a': 1, 'film': 2, 'bore': 3, 'good': 4}
    """
    counts = Counter(word for text in texts for word in text.split())
    order = sorted(counts, key=lambda word: (-counts[word], word))
    return {word: rank for rank, word in enumerate(order, 1)}


def numbered_parts(
    texts: Sequence[str], labels: Sequence[int], n_train: int, **limits: Any
) -> Parts:
    """Return texts to train on and to test on as lists of numbers, by common ranks.

    Parameters
    ----------
    texts, labels
        As for `numbered`, those to train on first.
    n_train : int
        How many those are.
    **limits
        As for `numbered`.

    Returns
    -------
    (X_train, y_train), (X_test, y_test) : tuple of tuple of ndarray

    Examples
    --------
    >>> from skkeras.datasets.stand_ins.words import numbered_parts
    >>> _, (X, y) = numbered_parts(["a film", "a bore"], [1, 0], 1)
    >>> X.tolist(), y.tolist()
    ([[1, 4, 5]], [0])
    """
    ranks = ranked(texts)
    return (
        numbered(texts[:n_train], labels[:n_train], ranks, **limits),
        numbered(texts[n_train:], labels[n_train:], ranks, **limits),
    )


def numbered(
    texts: Sequence[str],
    labels: Sequence[int],
    ranks: dict[str, int],
    *,
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return texts as lists of numbers, as ``keras.datasets.imdb.load_data`` does.

    Parameters
    ----------
    texts : sequence of str
        As for `ranked`.
    labels : sequence of int
        One a text.
    ranks : dict of str to int
        From `ranked`.
    num_words, skip_top, maxlen
        As in :func:`skkeras.datasets.fetch_imdb`.

    Returns
    -------
    X : ndarray of shape (n_kept,) of list of int
        Each begins with 1; a word's number is its rank plus 3.
    y : ndarray of shape (n_kept,)
        Their labels.

    Raises
    ------
    ValueError
        When no text is shorter than `maxlen`.

    Examples
    --------
    >>> from skkeras.datasets.stand_ins.words import numbered, ranked
    >>> texts = ["a film", "a good film"]
    >>> numbered(texts, [0, 1], ranked(texts))[0].tolist()
    [[1, 4, 5], [1, 4, 6, 5]]
    """
    most = np.inf if num_words is None else num_words

    def number(word):
        found = ranks[word] + _FIRST - 1
        return found if skip_top <= found < most else _LEFT_OUT

    start = _START if skip_top <= _START < most else _LEFT_OUT
    sequences = [[start, *map(number, text.split())] for text in texts]
    kept = [maxlen is None or len(each) < maxlen for each in sequences]
    if not any(kept):
        raise ValueError(f"no text is shorter than maxlen={maxlen}: use a longer one.")
    X: Any = np.empty(sum(kept), dtype=object)
    X[:] = [each for each, is_kept in zip(sequences, kept, strict=True) if is_kept]
    return X, np.asarray(labels)[kept]
