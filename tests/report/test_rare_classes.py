"""What is said of large and of forgotten classes."""

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LinearRegression
from sklearn.tree import DecisionTreeClassifier

from skkeras.report import compare
from skkeras.report.rare_classes import rare_class_sentences

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 2))


class Forgetful(DecisionTreeClassifier):
    """Never predicts the last class."""

    def predict(self, X):
        predicted = super().predict(X)
        return np.where(predicted == self.classes_[-1], self.classes_[0], predicted)


@pytest.mark.parametrize("labels", [("no", "yes"), (0, 1, 2)])
def test_classes_that_a_model_never_predicts_are_named(labels):
    y = np.array(labels)[np.arange(120) % len(labels)]
    models = {
        "tree": DecisionTreeClassifier(random_state=0),
        "forgetful": Forgetful(random_state=0),
        "dummy": DummyClassifier(),
    }
    said = rare_class_sentences(compare(models, X, y, cv=3, random_state=0))
    assert said == [f"forgetful never predicts {labels[-1]}."]


def test_why_the_log_loss_decides():
    y = np.where(np.arange(120) < 12, "rare", "usual")
    models = {"tree": DecisionTreeClassifier(max_depth=2, random_state=0)}
    (first, *_) = rare_class_sentences(compare(models, X, y, cv=3, random_state=0))
    assert first.startswith("Always guessing the largest class has an accuracy of 0.90")
    asked = compare(models, X, y, cv=3, scoring="accuracy", random_state=0)
    assert not any("guessing" in each for each in rare_class_sentences(asked))


def test_regressors_have_no_classes():
    models = {"line": LinearRegression(), "dummy": DummyRegressor()}
    assert rare_class_sentences(compare(models, X, X[:, 0], cv=3)) == []
