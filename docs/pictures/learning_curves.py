"""Draws docs/images/learning_curves.png: both curves of docs/guide/learning_curves.md.

The left one is that of a net without a penalty, which learns its rows by heart.
"""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.model_selection import LearningCurveDisplay, learning_curve

import skkeras
from skkeras import KerasMLPClassifier

PICTURE = Path(__file__).parents[1] / "images" / "learning_curves.png"


def main():
    """Train on digits, draw, and keep few colours, which makes the file small."""
    plt.style.use("tableau-colorblind10")
    X, y = load_digits(return_X_y=True)
    X = X / 16
    fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3), layout="constrained")
    model = KerasMLPClassifier((64,), epochs=150, l2=0.0, random_state=0)
    model.fit(X[:150], y[:150], validation_data=(X[600:], y[600:]))
    model.plot_history("loss", ax=left)
    left.set(ylim=(0, 1), title="Over epochs, of 150 rows")
    net = KerasMLPClassifier((16,), epochs=15, l2=0.0, random_state=0)
    with skkeras.fused():
        sizes, on_training, on_test = learning_curve(
            net, X, y, cv=3, train_sizes=[100, 200, 400, 700, 1000]
        )
    LearningCurveDisplay(
        train_sizes=sizes,
        train_scores=on_training,
        test_scores=on_test,
        score_name="accuracy",
    ).plot(ax=right)
    right.set(title="Over the number of rows")
    fig.savefig(PICTURE, dpi=140)
    Image.open(PICTURE).convert("RGB").quantize(64).save(PICTURE, optimize=True)


if __name__ == "__main__":
    main()
