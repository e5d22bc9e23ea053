"""
Keep a fitted estimator
=======================

In a file that is safe to open, and in a pickle. The ``.skkeras`` file holds the
``.keras`` model and JSON, no pickle: opening a stranger's runs no code. Your own
functions are only named in it; pass them to :func:`~skkeras.load` to fit again.
"""

import tempfile
from pathlib import Path

import joblib
import keras
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skkeras
from skkeras.datasets import load_iris

X, y = load_iris(return_X_y=True)


def create_model(meta):
    return keras.Sequential(
        [
            keras.Input((meta["n_features_in_"],)),
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dense(meta["n_classes_"], activation="softmax"),
        ]
    )


classifier = skkeras.KerasClassifier(
    create_model,
    loss="sparse_categorical_crossentropy",
    optimizer="adam",
    optimizer__learning_rate=0.01,
    epochs=30,
    verbose=0,
    random_state=0,
).fit(X, y)
kept = tempfile.TemporaryDirectory()
folder = Path(kept.name)

# %%
# The estimator
# -------------

classifier.save(folder / "iris.skkeras")
loaded = skkeras.load(folder / "iris.skkeras")
print("the same predictions:", (loaded.predict(X) == classifier.predict(X)).all())
print("its factory:", loaded.model)

# %%
# With its function it can be trained on.

loaded = skkeras.load(
    folder / "iris.skkeras", custom_objects={"create_model": create_model}
)
print("epochs after one more:", loaded.partial_fit(X, y).current_epoch)

# %%
# Keras's own files: weights and architecture
# -------------------------------------------

classifier.model_.save(folder / "iris.keras")
classifier.model_.save_weights(folder / "iris.weights.h5")
copy = keras.models.model_from_json(classifier.model_.to_json())
copy.load_weights(folder / "iris.weights.h5")

# %%
# A whole pipeline
# ----------------
# :func:`skkeras.save` takes it as well. joblib writes a pickle, so only for files that
# you trust.

pipeline = make_pipeline(StandardScaler(), classifier).fit(X, y)
joblib.dump(pipeline, folder / "pipeline.joblib")
again = joblib.load(folder / "pipeline.joblib")
print("and the pipeline:", (again.predict(X) == pipeline.predict(X)).all())
kept.cleanup()
