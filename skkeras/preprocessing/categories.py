"""The categories of a column, numbered."""

from __future__ import annotations

from collections.abc import MutableMapping
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from skkeras.preprocessing.reading import read_words

# Beside the categories, since files would hold what is among their attributes.
_numbers: MutableMapping[Categories, dict[str | None, int]] = WeakKeyDictionary()


class Categories:
    """Numbers the frequent categories of a column from 1; 0 is for all others.

    Parameters
    ----------
    column : pandas.Series
        Of the training rows.
    fewest : float
        Rows that a category must have to get a number of its own.

    Attributes
    ----------
    words : list of str or None
        The categories with a number, in alphabetical order; at last None, for missing
        values, where these are frequent.
    has_rare : bool
        Whether training rows have other categories.
    """

    def __init__(self, column: pd.Series, fewest: float) -> None:
        places, words = read_words(column)
        counts = np.bincount(places + 1, minlength=len(words) + 1)
        total: dict[str | None, int] = {}
        for word, count in zip([None, *words], counts.tolist(), strict=True):
            if count:
                total[word] = total.get(word, 0) + count
        frequent = [word for word, count in total.items() if count >= fewest]
        self.words = sorted(frequent, key=lambda word: (word is None, word or ""))
        self.has_rare = len(frequent) < len(total)

    def __len__(self) -> int:
        """Count the categories, all rare ones as one."""
        return len(self.words) + self.has_rare

    def codes(self, column: pd.Series) -> np.ndarray:
        """Return the number of each row's category.

        Parameters
        ----------
        column : pandas.Series
            Of any rows.

        Returns
        -------
        ndarray of int of shape (n_samples,)
            0 for rare and unknown categories.
        """
        places, words = read_words(column)
        number = self._number_of_each()
        numbers = np.array([number.get(word, 0) for word in (None, *words)])
        return numbers[places + 1]

    def _number_of_each(self):
        number = _numbers.get(self)
        if number is None:
            number = {word: i for i, word in enumerate(self.words, start=1)}
            _numbers[self] = number
        return number

    def one_hot(self, column: pd.Series) -> np.ndarray:
        """Return a column for each category.

        Parameters
        ----------
        column : pandas.Series
            Of any rows.

        Returns
        -------
        ndarray of bool of shape (n_samples, n_categories)
            The rare ones' column is the first, if there is one: unknown categories
            are in it too, or else in none.
        """
        first = 0 if self.has_rare else 1
        return self.codes(column)[:, None] == np.arange(first, len(self.words) + 1)

    def names(self) -> list[str]:
        """Return what the columns of :meth:`one_hot` stand for.

        Returns
        -------
        list of str
        """
        words = ["missing" if word is None else word for word in self.words]
        return ["rare", *words] if self.has_rare else words
