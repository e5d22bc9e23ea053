"""What a user does with skkeras where TensorFlow is not installed, on Keras's JAX.

`KERAS_BACKEND=jax python tests/without_tensorflow.py FOLDER` runs it in a process in
which TensorFlow cannot be found, and prints what came out as
JSON. It saves into the folder.
"""

import json
import pickle
import sys
from pathlib import Path

from not_installed import hide

ASKED = hide("tensorflow")

import joblib  # noqa: E402
import keras  # noqa: E402
import numpy as np  # noqa: E402
from optuna.distributions import FloatDistribution  # noqa: E402
from sklearn.model_selection import KFold, cross_validate  # noqa: E402

import skkeras  # noqa: E402
from skkeras.model_selection import OptunaSearchCV  # noqa: E402
from skkeras.report.provenance import provenance  # noqa: E402

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 4))
Y = (X[:, 0] + X[:, 1] > 0).astype(int)
FOLDS = KFold(3)


def create_model():
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(6, "tanh"),
            keras.layers.Dense(1, "sigmoid"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy")
    return model


def classifier(**params):
    params = {"epochs": 4, "verbose": 0, "random_state": 0} | params
    return skkeras.KerasClassifier(create_model, **params)


def folds(estimator):
    """Return probabilities for the held-out rows of folds, and how each was trained."""
    done = cross_validate(estimator, X, Y, cv=FOLDS, return_estimator=True)
    parts = zip(done["estimator"], FOLDS.split(X), strict=True)
    predicted = [fold.predict_proba(X[test]).tolist() for fold, (_, test) in parts]
    return predicted, [vars(fold.training_) for fold in done["estimator"]]


def search():
    rates = {"learning_rate": FloatDistribution(1e-3, 1e-1, log=True)}
    perceptron = skkeras.KerasMLPClassifier((5,), epochs=4, random_state=0)
    found = OptunaSearchCV(perceptron, rates, n_trials=3, cv=FOLDS, random_state=0)
    with joblib.parallel_config("fused"):
        found.fit(X, Y)
    return {
        "trials": len(found.cv_results_["params"]),
        "best": found.best_params_,
        "score": found.best_score_,
    }


def main(folder):
    alone = classifier().fit(X, Y)
    expected = classifier(engine="keras").fit(X, Y)
    path = Path(folder) / "classifier.skkeras"
    alone.save(path)
    probabilities = alone.predict_proba(X)
    with skkeras.fused():
        together = folds(classifier())
    table = skkeras.KerasTabularClassifier(
        portfolio=[{}], n_folds=2, n_members=1, epochs=2, random_state=0
    ).fit(X, Y)
    report = {
        "fit": vars(alone.training_),
        "loss": alone.history_["loss"],
        "loss of Model.fit": expected.history_["loss"],
        "fused": together,
        "folds of Model.fit": folds(classifier(engine="keras"))[0],
        "search": search(),
        "table": table.predict_proba(X).sum(axis=1).tolist(),
        "loaded": (skkeras.load(path).predict_proba(X) == probabilities).all().item(),
        "copied": (pickle.loads(pickle.dumps(alone)).predict_proba(X) == probabilities)
        .all()
        .item(),
        "versions": provenance({})["versions"],
        "asked": sorted(ASKED),
        "loaded tensorflow": "tensorflow" in sys.modules,
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main(*sys.argv[1:])
