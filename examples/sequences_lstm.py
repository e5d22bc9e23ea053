"""
Sequences: an LSTM and a one-dimensional convolution
====================================================

Each row is a text of twelve words, as numbers. It is about the weather where word 3
comes right after word 7, wherever that is: the order decides, not the words alone.
"""

import keras
import matplotlib.pyplot as plt
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

# %%
# Two nets that read in order
# ---------------------------
# A part of the model may be a parameter: ``model__layer`` goes to the factory's
# argument ``layer``.


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


accuracies = {}
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
    accuracies[layer.__name__] = scores
    print(f"{layer.__name__}: accuracy {scores.mean():.3f}")

# %%
# And a model that does not see the order
# ---------------------------------------

words = MultiHotEncoder(num_words=10).fit_transform(list(texts))
scores = cross_val_score(LogisticRegression(), words, about_weather, cv=3)
accuracies["logistic regression\nof the words"] = scores
print(f"logistic regression, which does not see the order: {scores.mean():.3f}")

fig, axes = plt.subplots(figsize=(7, 2.4), layout="constrained")
axes.barh(list(accuracies), [scores.mean() for scores in accuracies.values()])
axes.axvline(about_weather.mean(), color="black", linestyle=":")
axes.set(xlabel="accuracy, mean of 3 folds; dotted: always 'weather'", xlim=(0, 1))
axes.set_title("Two models that read in order, and one that does not")
plt.show()
