"""Learn from much data, keep what was learned, and adapt it to a little.

A net learns to read digits from 900 images. Its first layer then serves a net that is
to say from twenty others whether a digit has a loop, as 0, 6, 8 and 9 have: frozen, or
trained on from there. Last, a table too large for memory is read in pieces.
"""

import tempfile
from pathlib import Path

import keras
import numpy as np
import pandas as pd
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from skkeras import KerasClassifier
from skkeras.transfer import copy_weights

X, y = load_digits(return_X_y=True)
X = X / 16
has_loop = np.isin(y, [0, 6, 8, 9])


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


pretrained = classifier().fit(X[:900], y[:900]).model_
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

tuned = classifier(model__pretrained=pretrained).fit(few, y_few)
tuned.model_.optimizer.learning_rate = 0.0001
for _ in range(10):
    tuned.partial_fit(few, y_few)
print(f"fine-tuned, ten epochs more at a low rate: {tuned.score(rest, y_rest):.3f}")

with tempfile.TemporaryDirectory() as folder:
    table = pd.DataFrame(X).assign(digit=y).sample(frac=1, random_state=0)
    table.to_csv(Path(folder) / "large.csv", index=False)
    streamed = classifier()
    for _ in range(5):
        for piece in pd.read_csv(Path(folder) / "large.csv", chunksize=300):
            pixels, digits = piece.drop(columns="digit"), piece["digit"]
            streamed.partial_fit(pixels.to_numpy(), digits, classes=np.arange(10))
print(f"read in pieces, five times: {streamed.score(X, y):.3f}")
