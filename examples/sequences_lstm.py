"""An LSTM and a one-dimensional convolution that read sequences of numbered words.

Each row is a text of twelve words, as numbers. It is about the weather where word 3
comes right after word 7, wherever that is: the order decides, not the words alone.
"""

import keras
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score

from skkeras import KerasClassifier
from skkeras.preprocessing import MultiHotEncoder

rng = np.random.default_rng(0)
texts = rng.integers(1, 10, (600, 12))
for text, place in zip(texts[::2], rng.integers(0, 11, 300), strict=True):
    text[place : place + 2] = [7, 3]
about_weather = ((texts[:, :-1] == 7) & (texts[:, 1:] == 3)).any(axis=1)


def create_model(meta, layer):
    return keras.Sequential(
        [
            keras.Input(meta["X_shape_"][1:], dtype="int32"),
            keras.layers.Embedding(input_dim=10, output_dim=8),
            *layer(),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )


def lstm():
    return [keras.layers.LSTM(16)]


def convolution():
    pairs = keras.layers.Conv1D(16, kernel_size=2, activation="relu")
    return [pairs, keras.layers.GlobalMaxPooling1D()]


for layer in (lstm, convolution):
    model = KerasClassifier(
        create_model,
        model__layer=layer,
        loss="binary_crossentropy",
        optimizer="adam",
        optimizer__learning_rate=0.02,
        epochs=20,
        verbose=0,
        random_state=0,
    )
    scores = cross_val_score(model, texts, about_weather, cv=3)
    print(f"{layer.__name__}: accuracy {scores.mean():.3f}")

words = MultiHotEncoder(num_words=10).fit_transform(list(texts))
scores = cross_val_score(LogisticRegression(), words, about_weather, cv=3)
print(f"logistic regression, which does not see the order: {scores.mean():.3f}")
