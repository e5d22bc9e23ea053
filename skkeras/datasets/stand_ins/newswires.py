"""Newswires made for this package, in place of Reuters'."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from skkeras.datasets.stand_ins.digits import Parts
from skkeras.datasets.stand_ins.sentences import filled, pick
from skkeras.datasets.stand_ins.words import numbered_parts, ranked

_TRAIN, _TEST = 1200, 400
# What the wires of a topic are about, in the order of Reuters' topics.
_GOODS = "goods"
_COMPANIES = "companies"
_ECONOMY = "economy"
_TOPICS = [
    (_GOODS, ["cocoa", "cocoa beans"]),
    (_GOODS, ["grain", "barley", "maize"]),
    (_GOODS, ["vegetable oil", "palm oil"]),
    (_COMPANIES, ["net profit", "dividend", "earnings a share"]),
    (_COMPANIES, ["takeover", "bid for {name}", "stake in {name}"]),
    (_GOODS, ["wheat", "winter wheat"]),
    (_GOODS, ["copper", "copper cathodes"]),
    (_ECONOMY, ["housing starts", "building permits"]),
    (_ECONOMY, ["money supply", "narrow money"]),
    (_GOODS, ["coffee", "coffee quotas"]),
    (_GOODS, ["sugar", "raw sugar"]),
    (_ECONOMY, ["trade surplus", "tariffs", "exports"]),
    (_ECONOMY, ["foreign reserves", "gold reserves"]),
    (_GOODS, ["freight", "tankers", "vessels"]),
    (_GOODS, ["cotton", "cotton bales"]),
    (_GOODS, ["beef", "carcass meat"]),
    (_GOODS, ["crude oil", "barrels of crude"]),
    (_GOODS, ["natural gas", "gas wells"]),
    (_ECONOMY, ["consumer prices", "inflation"]),
    (_ECONOMY, ["the dollar", "the yen", "intervention"]),
    (_ECONOMY, ["interest rates", "the discount rate"]),
    (_ECONOMY, ["gross national product", "growth"]),
    (_GOODS, ["soy meal", "fish meal"]),
    (_GOODS, ["aluminium", "alumina"]),
    (_GOODS, ["oilseeds", "rapeseed", "soybeans"]),
    (_GOODS, ["gold", "gold ounces"]),
    (_GOODS, ["tin", "tin concentrates"]),
    (_GOODS, ["tungsten", "uranium"]),
    (_GOODS, ["cattle", "livestock"]),
    (_ECONOMY, ["retail sales", "shop sales"]),
    (_ECONOMY, ["industrial production", "factory output"]),
    (_GOODS, ["steel", "iron ore"]),
    (_GOODS, ["rubber", "natural rubber"]),
    (_GOODS, ["heating oil", "gas oil"]),
    (_ECONOMY, ["unemployment", "jobs"]),
    (_ECONOMY, ["leading indicators", "the leading index"]),
    (_ECONOMY, ["balance of payments", "the current account"]),
    (_GOODS, ["zinc", "zinc slabs"]),
    (_GOODS, ["orange juice", "oranges"]),
    (_GOODS, ["ethylene", "petrochemicals"]),
    (_ECONOMY, ["the american dollar", "dollar support"]),
    (_GOODS, ["gasoline", "unleaded petrol"]),
    (_GOODS, ["silver", "silver bars"]),
    (_ECONOMY, ["wholesale prices", "producer prices"]),
    (_GOODS, ["hogs", "pork bellies"]),
    (_GOODS, ["lead", "lead batteries"]),
]
_PATTERNS = {
    _GOODS: [
        "{topic} {rose} to {number} tonnes in {month}",
        "{country} will buy {number} tonnes of {topic} from {country}",
        "prices of {topic} {rose} after a {poor} season",
        "traders said that {topic} {rose} on {poor} demand",
        "stocks of {topic} {rose} to {number}",
    ],
    _COMPANIES: [
        "{name} corp said its {topic} {rose} to {number} mln dlrs",
        "the board of {name} inc will vote on the {topic} in {month}",
        "{name} ltd announced a {poor} {topic} of {number} dlrs",
        "shareholders of {name} co wait for the {topic}",
    ],
    _ECONOMY: [
        "{topic} {rose} by {number} pct in {month}",
        "the finance minister of {country} said {topic} {rose}",
        "figures on {topic} were {poor}, the central bank said",
        "economists expect that {topic} {rose} {number} pct",
    ],
}
_PHRASES = {
    "rose": ["rose", "fell", "did not move", "declined", "climbed", "eased"],
    "poor": ["poor", "strong", "weak", "record", "slow", "good"],
    "month": ["january", "march", "april", "june", "august", "october", "december"],
    "country": ["brazil", "japan", "france", "china", "india", "canada", "ghana"],
    "number": ["two", "five", "twelve", "thirty", "fifty", "ninety", "three hundred"],
}


def newswires(**limits: Any) -> Parts:
    """Return newswires as word numbers, on 46 topics, of which two have most.

    Parameters
    ----------
    **limits
        ``num_words``, ``skip_top`` and ``maxlen``, as in
        :func:`skkeras.datasets.fetch_reuters`.

    Returns
    -------
    (X_train, y_train), (X_test, y_test) : tuple of tuple of ndarray
        1,200 and 400 newswires, lists of int, where none is left out; and the numbers
        of their topics, all of which both parts have.

    Examples
    --------
    >>> from skkeras.datasets.stand_ins import newswires
    >>> (X, y), _ = newswires()
    >>> len(X), len(set(y.tolist()))
    (1200, 46)
    """
    texts, labels = _texts()
    return numbered_parts(texts, labels, _TRAIN, **limits)


def newswire_words() -> dict[str, int]:
    """Return the ranks of the newswires' words, the most frequent first.

    Returns
    -------
    dict of str to int
        From 1.
    """
    return ranked(_texts()[0])


@cache
def _texts():
    rng = np.random.default_rng(4)
    labels = np.concatenate([_labels(rng, _TRAIN), _labels(rng, _TEST)])
    return [_text(rng, label) for label in labels], labels


def _labels(rng, n):
    """Draw topics: each at least once, earnings and takeovers in half of the wires."""
    shares = np.ones(len(_TOPICS))
    shares[[3, 4]] = len(_TOPICS) * 0.6, len(_TOPICS) * 0.4
    every = np.arange(len(_TOPICS))
    drawn = rng.choice(every, size=n - len(every), p=shares / shares.sum())
    return rng.permutation(np.concatenate([every, drawn]))


def _text(rng, label):
    """Write sentences, one of which may be about another topic of the same kind."""
    kind, subjects = _TOPICS[label]
    texts = []
    for _ in range(rng.integers(3, 7)):
        about = subjects
        if rng.random() < 0.15:
            others = [other for other_kind, other in _TOPICS if other_kind == kind]
            about = others[rng.integers(len(others))]
        topic = {"topic": about}
        texts.append(filled(rng, pick(rng, _PATTERNS[kind]), _PHRASES | topic))
    return " ".join(texts).replace(",", "")
