"""The table of heads on the page of choices is what the estimators choose."""

import re
from pathlib import Path

import keras
import pytest

from skkeras import KerasMLPClassifier, KerasMLPRegressor
from skkeras.heads import (
    KNOWN_LOSSES,
    classification_head,
    default_loss,
    regression_head,
)

TEXT = (Path(__file__).parents[2] / "docs" / "guide" / "choosing.md").read_text(
    encoding="utf-8"
)
N_CLASSES = 3
HEADS = {
    "1 sigmoid": (1, "sigmoid"),
    "1 linear": (1, "linear"),
    "2 softmax": (2, "softmax"),
    "2 linear": (2, "linear"),
    "a softmax unit a class": (N_CLASSES, "softmax"),
    "a sigmoid unit a class": (N_CLASSES, "sigmoid"),
    "a linear unit a class": (N_CLASSES, "linear"),
}
ROWS = {}  # of a loss, or None: the other cells of its row
for line in TEXT.partition("| `loss=` of")[2].split("\n\n")[0].splitlines()[2:]:
    losses, *cells = [cell.strip() for cell in line.strip("|").split("|")]
    if "from_logits" not in losses:
        ROWS |= {name: cells for name in re.findall(r"`(\w+)`", losses)}
OTHERS = KNOWN_LOSSES - ROWS.keys()  # are the row of "the other losses"


def loss_of(name, target_type):
    return default_loss(target_type) if name == "None" else name


def test_the_table_was_found():
    assert len(ROWS) >= 14
    assert ROWS.keys() <= KNOWN_LOSSES | {"None"}


@pytest.mark.parametrize("name", sorted({*ROWS, *OTHERS}))
def test_head_and_outputs_of_a_loss(name):
    cells = ROWS.get(name, ROWS["huber"])
    of_two, of_several, has_probabilities, has_margin = cells
    loss = loss_of(name, "binary")
    assert classification_head("binary", 2, loss) == HEADS[of_two]
    loss = loss_of(name, "multiclass")
    assert classification_head("multiclass", N_CLASSES, loss) == HEADS[of_several]
    classifier = KerasMLPClassifier(loss=None if name == "None" else name)
    assert hasattr(classifier, "predict_proba") == (has_probabilities == "yes")
    assert hasattr(classifier, "decision_function") == (has_margin == "yes")


def test_logits_have_linear_heads():
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    assert classification_head("binary", 2, loss) == (1, "linear")
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    assert classification_head("multiclass", N_CLASSES, loss) == (N_CLASSES, "linear")
    classifier = KerasMLPClassifier(loss=loss)
    assert hasattr(classifier, "predict_proba")
    assert hasattr(classifier, "decision_function")


def test_heads_of_regressions():
    listed = re.search(r"softplus for ([^.]*?)\s*which need", TEXT, re.S)[1]
    positive = set(re.findall(r"`(\w+)`", listed))
    for name in KNOWN_LOSSES:
        expected = "softplus" if name in positive else "linear"
        assert regression_head(1, name) == (1, expected)
    assert KerasMLPRegressor().loss == "mean_squared_error"
