"""
Transfer: keep what another net has learnt
==========================================

A net learns to read digits from 900 images. Its first layer then serves a net that is
to say from twenty others whether a digit has a loop, as 0, 6, 8 and 9 have: frozen, or
trained on from there. Last, a table too large for memory is read in pieces.
"""

import tempfile
from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from skkeras import KerasClassifier
from skkeras.transfer import copy_weights

X, y = load_digits(return_X_y=True)
X = X / 16
has_loop = np.isin(y, [0, 6, 8, 9])

# %%
# A factory that may start from another model
# -------------------------------------------


def create_model(meta, pretrained=None, freeze=False):
    model = keras.Sequential(
        [
            keras.Input((64,)),
            keras.layers.Dense(48, activation="relu", name="strokes"),
            keras.layers.Dense(meta["n_classes_"], activation="softmax", name="digit"),
        ]
    )
    if pretrained is not None:
        copy_weights(pretrained, model, layers=["strokes"], freeze=freeze)
    return model


def classifier(epochs=30, **params):
    return KerasClassifier(
        create_model,
        loss="sparse_categorical_crossentropy",
        optimizer="adam",
        optimizer__learning_rate=0.01,
        epochs=epochs,
        verbose=0,
        random_state=0,
        **params,
    )


# %%
# What the first layer has learnt
# -------------------------------
# The weights of twelve of its units, where the pixels are: blue-green for ink that
# excites the unit, brown for ink that inhibits it.

pretrained = classifier().fit(X[:900], y[:900]).model_
kernel = pretrained.get_layer("strokes").get_weights()[0]
fig, axes = plt.subplots(2, 6, figsize=(7, 2.5), layout="constrained")
for axis, weights in zip(axes.flat, kernel.T, strict=False):
    axis.imshow(weights.reshape(8, 8), cmap="BrBG", vmin=-1, vmax=1)
    axis.axis("off")
fig.suptitle("Weights of twelve units")
plt.show()

# %%
# Twenty images of another question
# ---------------------------------

few, rest, y_few, y_rest = train_test_split(
    X[900:], has_loop[900:], train_size=20, stratify=has_loop[900:], random_state=0
)
alone = classifier().fit(few, y_few)
print(f"from twenty images alone: {alone.score(rest, y_rest):.3f}")
frozen = classifier(model__pretrained=pretrained, model__freeze=True)
frozen.fit(few, y_few)
print(
    f"with the first layer of the other net, frozen: {frozen.score(rest, y_rest):.3f}"
)

# %%
# Fine-tuning
# -----------
# From there on at a low learning rate, so that little of it is lost.

tuned = classifier(model__pretrained=pretrained).fit(few, y_few)
tuned.model_.optimizer.learning_rate = 0.0001
for _ in range(10):
    tuned.partial_fit(few, y_few)
print(f"fine-tuned, ten epochs more at a low rate: {tuned.score(rest, y_rest):.3f}")

# %%
# A table in pieces
# -----------------
# ``partial_fit`` trains one epoch on each; ``classes`` says at the first one what may
# come later.

with tempfile.TemporaryDirectory() as folder:
    table = pd.DataFrame(X).assign(digit=y).sample(frac=1, random_state=0)
    table.to_csv(Path(folder) / "large.csv", index=False)
    streamed = classifier()
    for _ in range(5):
        for piece in pd.read_csv(Path(folder) / "large.csv", chunksize=300):
            pixels, digits = piece.drop(columns="digit"), piece["digit"]
            streamed.partial_fit(pixels.to_numpy(), digits, classes=np.arange(10))
print(f"read in pieces, five times: {streamed.score(X, y):.3f}")
