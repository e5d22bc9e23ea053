"""Sentences drawn from patterns, and names that mean nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_SYLLABLES = (
    *("ba", "bel", "cor", "da", "del", "fa", "gar", "hol", "ka", "lan", "lo", "mar"),
    *("mi", "nor", "pel", "ra", "ros", "sa", "tal", "ti", "ul", "van", "wes", "zo"),
)


def pick(rng: Any, choices: Sequence[str]) -> str:
    """Return one of some texts.

    Parameters
    ----------
    rng : numpy.random.Generator
    choices : sequence of str

    Returns
    -------
    str
    """
    return choices[int(rng.integers(len(choices)))]


def filled(rng: Any, pattern: str, phrases: Mapping[str, Sequence[str]]) -> str:
    """Replace each ``{word}`` of a pattern, and of what replaces it, by a phrase.

    Parameters
    ----------
    rng : numpy.random.Generator
    pattern : str
        ``{name}`` becomes an invented name.
    phrases : dict of str to sequence of str
        What each word in braces may be.

    Returns
    -------
    str

    Examples
    --------
    >>> import numpy as np
    >>> from skkeras.datasets.stand_ins.sentences import filled
    >>> phrases = {"thing": ["the {part}"], "part": ["plot"]}
    >>> filled(np.random.default_rng(0), "{thing} is thin", phrases)
    'the plot is thin'
    """

    def phrase(found):
        key = found.group(1)
        inner = invented_name(rng) if key == "name" else pick(rng, phrases[key])
        return filled(rng, inner, phrases)

    return re.sub(r"\{(\w+)\}", phrase, pattern)


def invented_name(rng: Any) -> str:
    """Return a name of two or three syllables, of which most are drawn but once.

    Parameters
    ----------
    rng : numpy.random.Generator

    Returns
    -------
    str
    """
    return "".join(pick(rng, _SYLLABLES) for _ in range(rng.integers(2, 4)))
