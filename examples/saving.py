"""A fitted estimator in a file that is safe to open, and one in a pickle.

The .skkeras file holds the .keras model and JSON, no pickle: opening a stranger's runs
no code. Your own functions are only named in it; pass them to load to fit again.
"""

import os
import tempfile

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

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "iris.skkeras")
    classifier.save(path)
    loaded = skkeras.load(path)
    print("the same predictions:", (loaded.predict(X) == classifier.predict(X)).all())
    print("its factory:", loaded.model)

    loaded = skkeras.load(path, custom_objects={"create_model": create_model})
    print("epochs after one more:", loaded.partial_fit(X, y).current_epoch)

    # Keras's own files are there too: weights and architecture.
    classifier.model_.save(os.path.join(folder, "iris.keras"))
    classifier.model_.save_weights(os.path.join(folder, "iris.weights.h5"))
    copy = keras.models.model_from_json(classifier.model_.to_json())
    copy.load_weights(os.path.join(folder, "iris.weights.h5"))

    # A whole pipeline goes by joblib: a pickle, so only for files that you trust.
    pipeline = make_pipeline(StandardScaler(), classifier).fit(X, y)
    joblib.dump(pipeline, os.path.join(folder, "pipeline.joblib"))
    again = joblib.load(os.path.join(folder, "pipeline.joblib"))
    print("and the pipeline:", (again.predict(X) == pipeline.predict(X)).all())
