"""
Cross-validate a Keras model of your own: Pima
==============================================

The model is a plain function. Wrapped as a :class:`~skkeras.KerasClassifier` it goes
into a pipeline and into ``cross_val_score`` like any other classifier. The table has
the measurements of 768 women, and whether each had diabetes within five years.
"""

import matplotlib.pyplot as plt
from keras import Input, Sequential
from keras.layers import Dense
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skkeras import KerasClassifier, fused
from skkeras.datasets import load_pima

# %%
# The model
# ---------
# Eight inputs, 12 and 8 hidden units, one output: the net of many a tutorial.


def create_model():
    model = Sequential(
        [
            Input((8,)),
            Dense(12, activation="relu"),
            Dense(8, activation="relu"),
            Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model


network = KerasClassifier(
    create_model, epochs=30, batch_size=16, random_state=7, verbose=0
)

# %%
# The same five folds for three models
# ------------------------------------
# What the scaler learns, it learns on the training rows of each fold, as it is part of
# the pipeline. Under :func:`~skkeras.fused` the nets of all folds are trained as one
# program.

X, y = load_pima(return_X_y=True)
models = {
    "always 'no diabetes'": DummyClassifier(),
    "logistic regression": make_pipeline(StandardScaler(), LogisticRegression()),
    "Keras 8-12-8-1": make_pipeline(StandardScaler(), network),
}
folds = StratifiedKFold(n_splits=5, shuffle=True, random_state=7)
print(f"{len(y)} women, {y.mean():.0%} with diabetes within five years")
accuracies = {}
for name, model in models.items():
    with fused():
        accuracy = accuracies[name] = cross_val_score(model, X, y, cv=folds)
    print(f"{name:<22} {accuracy.mean():.3f} ± {accuracy.std(ddof=1):.3f} accuracy")

# %%
# Each dot is a fold. The two models are as good as each other here: the folds of each
# differ by more than their means do.

fig, axes = plt.subplots(figsize=(7, 2.4), layout="constrained")
for place, accuracy in enumerate(accuracies.values()):
    axes.plot(accuracy, [place] * len(accuracy), "o", alpha=0.7)
    axes.plot(accuracy.mean(), place, "k|", markersize=22)
axes.set_yticks(range(len(accuracies)), accuracies)
axes.set(xlabel="accuracy on each fold, and their mean", ylim=(-0.6, 2.6))
axes.set_title("Three models on the same five folds")
plt.show()
