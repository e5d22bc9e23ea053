"""What learning curves say, on curves that are known."""

from zlib import crc32

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

from skkeras.report import compare
from skkeras.report.learning import learning_sentences

EPOCHS = np.arange(1, 41)
X, Y = load_iris(return_X_y=True)


class Learnt(LogisticRegression):
    """Has the learning curves that it is told, a little different in each fold."""

    def __init__(self, curves=None, noise=0.0):
        super().__init__(max_iter=1000)
        self.curves, self.noise = curves, noise

    def fit(self, X, y):
        rng = np.random.default_rng(crc32(X.tobytes()))
        self.history_ = {
            key: list(curve + self.noise * rng.normal(size=len(curve)))
            for key, curve in self.curves.items()
        }
        return super().fit(X, y)


def said(curves, noise=0.002):
    models = {"net": Learnt(curves, noise)}
    found = compare(models, X, Y, cv=5, random_state=0)
    return learning_sentences(found, "net")


FALLING, FLAT = 2 - EPOCHS / 40, 0.5 + np.exp(-EPOCHS.astype(float))
RISING = 0.5 + ((EPOCHS - 12) / 40) ** 2


def test_a_loss_that_still_falls():
    (sentence,) = said({"loss": FALLING})
    assert "falls, by 9% over the last 4 epochs of 40 (clearly)" in sentence
    assert "more epochs may help" in sentence


def test_a_validation_loss_that_rises_again():
    (sentence,) = said({"loss": FALLING, "val_loss": RISING})
    assert "validation loss is clearly better after about 1" in sentence
    assert "than after 40 (0.99" in sentence


@pytest.mark.parametrize(
    "curves",
    [
        {"loss": FLAT},
        {"loss": FALLING, "val_loss": FLAT},
        {"loss": FALLING[:5]},
        {"loss": FALLING, "val_loss": RISING[::-1] * 0 + 1},
    ],
)
def test_nothing_is_said_without_a_reason(curves):
    assert said(curves) == []


def test_noise_is_no_trend():
    assert said({"loss": FLAT}, noise=0.2) == []


def test_other_models_have_no_curves():
    found = compare({"linear": LogisticRegression(max_iter=1000)}, X, Y, cv=3)
    assert learning_sentences(found, "linear") == []
