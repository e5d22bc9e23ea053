"""
Film reviews: IMDB
==================

10,000 sparse columns, 32-32-32-1, and the epoch to stop at. Keras downloads imdb.npz
and imdb_word_index.json the first time, and this page shows the script and not what it
prints; without a network, a few made-up reviews stand in.
"""

import keras
import matplotlib.pyplot as plt
import numpy as np

from skkeras import KerasClassifier
from skkeras.datasets import fetch_imdb, imdb_words
from skkeras.preprocessing import MultiHotEncoder

reviews, y = fetch_imdb(num_words=10_000, return_X_y=True)
words = imdb_words()
print("a review begins:", " ".join(words.get(n, "?") for n in reviews[0][:12]))

# %%
# A column a word
# ---------------
# 25,000 reviews of 10,000 words would be a gigabyte of zeros; a sparse matrix holds the
# words that are there, and ``fit`` takes it as it is.

X = MultiHotEncoder(num_words=10_000).fit_transform(reviews)
print(f"{X.shape[0]} reviews, {X.shape[1]} columns, {X.data.nbytes / 2**20:.0f} MiB")


def create_model():
    return keras.Sequential(
        [
            keras.Input((10_000,)),
            *(keras.layers.Dense(32, activation="relu") for _ in range(3)),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )


classifier = KerasClassifier(
    create_model,
    loss="binary_crossentropy",
    optimizer="rmsprop",
    metrics=["accuracy"],
    epochs=20,
    batch_size=512,
    verbose=0,
    random_state=0,
)

# %%
# When it begins to learn by heart
# --------------------------------
# The loss on reviews held out falls, and rises again.

n_held_out = min(10_000, X.shape[0] // 2)
held_out = X[:n_held_out], y[:n_held_out]
classifier.fit(X[n_held_out:], y[n_held_out:], validation_data=held_out)

best = int(np.argmin(classifier.history_["val_loss"]))
accuracy = classifier.history_["val_accuracy"][best]
print(f"best epoch: {best + 1}, validation accuracy {accuracy:.3f}")
classifier.plot_history()
plt.show()

# %%
# All reviews, for as many epochs
# -------------------------------

X_test, y_test = fetch_imdb(subset="test", num_words=10_000, return_X_y=True)
X_test = MultiHotEncoder(num_words=10_000).fit_transform(X_test)
classifier.set_params(epochs=best + 1).fit(X, y)
test_score = classifier.score(X_test, y_test)
print(f"test accuracy after {best + 1} epochs on all: {test_score:.3f}")
