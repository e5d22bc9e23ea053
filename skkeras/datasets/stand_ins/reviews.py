"""Film reviews made for this package, in place of IMDB's."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from skkeras.datasets.stand_ins.digits import Parts
from skkeras.datasets.stand_ins.sentences import filled, pick
from skkeras.datasets.stand_ins.words import numbered_parts, ranked

_TRAIN, _TEST = 1000, 500
_UNDECIDED = 0.15  # share of the reviews whose last sentence alone tells
_PHRASES = {
    "who": ["{name}", "the director", "the lead", "the villain", "the whole cast"],
    "part": [
        *("plot", "story", "ending", "dialogue", "music", "camera work", "acting"),
        *("editing", "humour", "first half", "second half", "script", "pace"),
    ],
    "good": [
        *("moving", "funny", "gripping", "clever", "beautiful", "warm", "brilliant"),
        *("honest", "thrilling", "charming", "original", "superb", "touching"),
    ],
    "bad": [
        *("dull", "clumsy", "predictable", "boring", "silly", "weak", "awful", "flat"),
        *("confusing", "cheap", "tedious", "wooden", "lifeless"),
    ],
    "very": ["really", "so", "quite", "truly", "simply", "often", "rather"],
    "place": [
        *("in a small town", "on a ship", "in the desert", "in {name}", "at a school"),
        *("in the last war", "on a farm", "in a big city", "at the end of the world"),
    ],
    "task": [
        *("looks for a lost brother", "runs a restaurant", "has to save a bank"),
        *("falls in love with a spy", "inherits a house", "learns to sing"),
        *("meets an old friend again", "must find the killer", "crosses the sea"),
    ],
    "time": ["last night", "with my family", "on a plane", "twice", "as a child"],
}
_NEUTRAL = [
    "{name} plays a teacher who {task}",
    "the film is set {place}",
    "it is about a woman who {task} {place}",
    "i saw it {time}",
    "it was made by {name} and {name}",
    "{name} and {name} also appear",
    "it runs for about two hours",
    "it is based on a book by {name}",
]
_PRAISE = [
    "the {part} is {very} {good}",
    "the {part} and the {part} are {good}",
    "{who} gives a {good} performance",
    "i loved the {part}",
    "not one {bad} moment in it",
    "the {part} is never {bad}",
    "you will want to see it again",
    "{who} has never been better",
]
_BLAME = [
    "the {part} is {very} {bad}",
    "the {part} and the {part} are {bad}",
    "{who} gives a {bad} performance",
    "i hated the {part}",
    "not one {good} moment in it",
    "the {part} is never {good}",
    "you will want your money back",
    "{who} has never been worse",
]
_VERDICTS = [
    [
        "still i cannot recommend it",
        "all in all a waste of time",
        "so better stay away",
    ],
    ["still i can recommend it", "all in all time well spent", "so go and see it"],
]


def reviews(**limits: Any) -> Parts:
    """Return reviews as word numbers, half of them praise.

    Every sentence of most reviews but one is of one mind; 15 % have as much praise as
    blame, and a last sentence that tells.

    Parameters
    ----------
    **limits
        ``num_words``, ``skip_top`` and ``maxlen``, as in
        :func:`skkeras.datasets.fetch_imdb`.

    Returns
    -------
    (X_train, y_train), (X_test, y_test) : tuple of tuple of ndarray
        1,000 and 500 reviews, lists of int, where none is left out; 1 is praise.

    Examples
    --------
    >>> from skkeras.datasets.stand_ins import review_words, reviews
    >>> (X, y), _ = reviews(maxlen=30)
    >>> words = {number + 3: word for word, number in review_words().items()}
    >>> {"dull", "superb"} < set(words.values())
    True
    """
    texts, labels = _texts()
    return numbered_parts(texts, labels, _TRAIN, **limits)


def review_words() -> dict[str, int]:
    """Return the ranks of the reviews' words, the most frequent first.

    Returns
    -------
    dict of str to int
        From 1.
    """
    return ranked(_texts()[0])


@cache
def _texts():
    rng = np.random.default_rng(3)
    labels = np.arange(_TRAIN + _TEST) % 2
    return [_text(rng, label) for label in labels], labels


def _text(rng, label):
    """Write a review: what it is about, what is good or bad, and at times a verdict."""
    minded = (_BLAME, _PRAISE)[label], (_PRAISE, _BLAME)[label]
    is_undecided = rng.random() < _UNDECIDED
    own, other = (2, 2) if is_undecided else (int(rng.integers(2, 5)), 1)
    patterns = [
        *(pick(rng, _NEUTRAL) for _ in range(rng.integers(2, 6))),
        *(pick(rng, minded[0]) for _ in range(own)),
        *(pick(rng, minded[1]) for _ in range(other)),
    ]
    rng.shuffle(patterns)
    if is_undecided or rng.random() < 0.3:
        patterns.append(pick(rng, _VERDICTS[label]))
    return " ".join(filled(rng, pattern, _PHRASES) for pattern in patterns)
