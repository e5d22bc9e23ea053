"""
Images in a pipeline: a convolutional net for digits
====================================================

scikit-learn's tables have a row an image; a step of the pipeline gives the pixels their
places back. Keras wants the colour channels last by default: ``(8, 8, 1)``.
"""

import keras
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import ConfusionMatrixDisplay
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler

import skkeras
from skkeras import KerasClassifier

X, y = load_digits(return_X_y=True)


def as_images(X):
    return X.reshape(-1, 8, 8, 1)


# %%
# The shape of the data and the number of classes come from the estimator: a factory
# with an argument ``meta`` is told what ``fit`` has learnt.


def create_model(meta):
    return keras.Sequential(
        [
            keras.Input(meta["X_shape_"][1:]),
            keras.layers.Conv2D(8, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(meta["n_classes_"], activation="softmax"),
        ]
    )


pipeline = make_pipeline(
    MinMaxScaler(),
    FunctionTransformer(as_images),
    KerasClassifier(
        create_model,
        loss="sparse_categorical_crossentropy",
        optimizer="adam",
        optimizer__learning_rate=0.01,
        epochs=15,
        batch_size=32,
        verbose=0,
        random_state=0,
    ),
)
with skkeras.fused():
    scores = cross_val_score(pipeline, X, y, cv=3)
print(f"accuracy in cross-validation {scores.mean():.3f} ± {scores.std():.3f}")

# %%
# Images that it has not seen
# ---------------------------

X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
pipeline.fit(X_train, y_train)
print(f"accuracy on test images {pipeline.score(X_test, y_test):.3f}")
predicted = pipeline.predict(X_test)
ConfusionMatrixDisplay.from_predictions(y_test, predicted, colorbar=False)
plt.title("Digits that it has not seen")
plt.show()

# %%
# Some that it takes for another digit
# ------------------------------------

wrong = np.flatnonzero(predicted != y_test)[:6]
fig, axes = plt.subplots(1, 6, figsize=(8, 1.8), layout="constrained")
for axis, row in zip(axes, wrong, strict=False):
    axis.imshow(X_test[row].reshape(8, 8), cmap="gray_r")
    axis.set_title(f"{y_test[row]}, not {predicted[row]}")
for axis in axes:
    axis.axis("off")
plt.show()

# %%
# The Keras model in the last step
# --------------------------------

pipeline[-1].summary()
