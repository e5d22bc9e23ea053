"""
Metrics of your own in each epoch's history
===========================================

A metric that is a function is averaged over the batches, and the mean of ratios is not
the ratio of sums. ``keras.metrics`` classes count over all batches. A scorer of
scikit-learn looks at the whole test set, and cross-validation and searches take it.
"""

import keras
import matplotlib.pyplot as plt
import numpy as np
from sklearn.metrics import classification_report

from skkeras import KerasClassifier

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype="float32")
y = np.array([0, 1, 1, 0])

# %%
# Two functions
# -------------
# With ``keras.ops`` they run on every backend of Keras, and inside a compiled program.


def precision(y_true, y_pred):
    true_positives = keras.ops.sum(keras.ops.round(y_true * y_pred))
    predicted_positives = keras.ops.sum(keras.ops.round(y_pred))
    return true_positives / (predicted_positives + keras.config.epsilon())


def recall(y_true, y_pred):
    true_positives = keras.ops.sum(keras.ops.round(y_true * y_pred))
    return true_positives / (keras.ops.sum(y_true) + keras.config.epsilon())


def create_model():
    return keras.Sequential(
        [
            keras.Input((2,)),
            keras.layers.Dense(256, activation="relu"),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )


def fit(metrics):
    classifier = KerasClassifier(
        create_model,
        loss="binary_crossentropy",
        optimizer="adam",
        metrics=metrics,
        epochs=60,
        verbose=0,
        random_state=0,
    )
    return classifier.fit(X, y)


# %%
# Functions and classes
# ---------------------

by_function = fit([precision, recall])
by_class = fit([keras.metrics.Precision(), keras.metrics.Recall()])
history = by_function.history_
print("epoch  precision  recall")
for epoch in (0, 9, 19, 59):
    print(f"{epoch + 1:5} {history['precision'][epoch]:10.2f}", end="")
    print(f" {history['recall'][epoch]:7.2f}")
print("the classes end at", by_class.history_["recall"][-1])

fig, axes = plt.subplots(figsize=(7, 3), layout="constrained")
for name, style in (("loss", ":"), ("precision", "-"), ("recall", "--")):
    axes.plot(range(1, 61), history[name], style, label=name)
axes.set(xlabel="epoch", title="Exclusive or, in a batch of four rows")
axes.legend()
plt.show()

# %%
# scikit-learn's own report
# -------------------------

print(classification_report(y, by_function.predict(X)))
