"""One measurement in a process of its own: `python contenders.py NAME` prints JSON.

Every contender cross-validates the same pipeline on Pima: StandardScaler, a net of
8-12-8-1 units, adam, batches of 10, ten stratified folds with seed 7. Imports are done
before the clock starts.
"""

import argparse
import json
import os
import resource
import statistics
import time
import warnings
from functools import partial

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

EPOCHS = 150
BATCH_SIZE = 10
FOLDS = StratifiedKFold(10, shuffle=True, random_state=7)
HIDDEN = (12, 8)


def pima():
    from skkeras.datasets import load_pima

    return load_pima(return_X_y=True)


def net(hidden=HIDDEN):
    """Make a factory of the net, compiled."""
    import keras

    def create_model():
        output = keras.layers.Dense(1, activation="sigmoid")
        model = keras.Sequential([keras.Input((8,)), *_layers(hidden), output])
        model.compile(
            loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"]
        )
        return model

    return create_model


def _layers(hidden):
    import keras

    return [keras.layers.Dense(units, activation="relu") for units in hidden]


def cross_validate(estimator, clock):
    X, y = pima()
    with clock:
        scores = cross_val_score(
            make_pipeline(StandardScaler(), estimator), X, y, cv=FOLDS
        )
    return scores.mean()


class Clock:
    """Adds up the wall time spent inside."""

    def __init__(self):
        self.seconds = 0.0

    def __enter__(self):
        self.start = time.perf_counter()

    def __exit__(self, *exception):
        self.seconds += time.perf_counter() - self.start


def wrapped(hidden=HIDDEN, epochs=EPOCHS):
    from skkeras import KerasClassifier

    return KerasClassifier(
        net(hidden), epochs=epochs, batch_size=BATCH_SIZE, verbose=0, random_state=0
    )


def perceptron():
    """Make the same net without a factory; its Keras model is built when looked at."""
    from skkeras import KerasMLPClassifier

    return KerasMLPClassifier(
        HIDDEN,
        l2=0.0,
        learning_rate=0.001,
        learning_rate_schedule="constant",
        epochs=EPOCHS,
        batch_size=BATCH_SIZE,
        random_state=0,
    )


def skkeras_plain():
    import skkeras

    skkeras.KerasClassifier  # noqa: B018, imports TensorFlow before the clock starts
    clock = Clock()
    accuracy = cross_validate(wrapped(), clock)
    return {"seconds": clock.seconds, "accuracy": accuracy}


def skkeras_fused():
    """First time for an architecture, and again, over several architectures."""
    import skkeras

    skkeras.KerasClassifier  # noqa: B018
    cold, warm, accuracies = [], [], []
    with skkeras.fused():
        for hidden in [(12, 8), (13, 8), (12, 9), (14, 7)]:
            for seconds in (cold, warm):
                clock = Clock()
                accuracies.append(cross_validate(wrapped(hidden), clock))
                seconds.append(clock.seconds)
    return {
        "seconds": statistics.median(cold),
        "warm_seconds": statistics.median(warm),
        "accuracy": accuracies[0],
    }


def hundred_fits(make):
    """100 fits of one architecture under fused(), and one compiled fit, both seen."""
    import numpy as np
    from sklearn.model_selection import ShuffleSplit

    import skkeras

    X, y = pima()
    model = make_pipeline(StandardScaler(), make())
    splits = ShuffleSplit(100, test_size=0.1, random_state=0)
    model.fit(X, y)
    single = []
    for _ in range(3):
        clock = Clock()
        with clock:
            model.fit(X, y)
        single.append(clock.seconds)
    together = []
    with skkeras.fused():
        for _ in range(3):
            clock = Clock()
            with clock:
                scores = cross_val_score(model, X, y, cv=splits)
            together.append(clock.seconds)
    return {
        "seconds": statistics.median(together[1:]),
        "single_seconds": statistics.median(single),
        "accuracy": float(np.mean(scores)),
    }


def scikeras(epochs):
    from scikeras.wrappers import KerasClassifier

    clock = Clock()
    model = KerasClassifier(
        net(), epochs=epochs, batch_size=BATCH_SIZE, verbose=0, random_state=0
    )
    accuracy = cross_validate(model, clock)
    return {"seconds": clock.seconds, "accuracy": accuracy, "epochs": epochs}


def keras_wrapper():
    """Keras's own wrapper, which one-hot encodes y, hence the head of two units.

    Its clone drops fit_kwargs, so that under cross-validation it trains one epoch.
    """
    import keras
    from keras.wrappers import SKLearnClassifier

    def create_model(X, y):
        output = keras.layers.Dense(2, activation="softmax")
        model = keras.Sequential([keras.Input((8,)), *_layers(HIDDEN), output])
        model.compile(loss="categorical_crossentropy", optimizer="adam")
        return model

    clock = Clock()
    fit_kwargs = {"epochs": EPOCHS, "batch_size": BATCH_SIZE, "verbose": 0}
    model = SKLearnClassifier(create_model, fit_kwargs=fit_kwargs)
    return {"accuracy": cross_validate(model, clock), "seconds": clock.seconds}


def scikit_learn():
    from sklearn.neural_network import MLPClassifier

    clock = Clock()
    model = MLPClassifier(
        HIDDEN,
        batch_size=BATCH_SIZE,
        max_iter=EPOCHS,
        n_iter_no_change=EPOCHS,
        alpha=0,
        random_state=0,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # 150 epochs are what is asked for
        accuracy = cross_validate(model, clock)
    return {"seconds": clock.seconds, "accuracy": accuracy}


CONTENDERS = {
    "skkeras": skkeras_plain,
    "skkeras-fused": skkeras_fused,
    "hundred-fits": partial(hundred_fits, wrapped),
    "hundred-perceptrons": partial(hundred_fits, perceptron),
    **{f"scikeras-{n}": partial(scikeras, n) for n in (5, 10, 20, 150)},
    "keras-wrapper": keras_wrapper,
    "scikit-learn": scikit_learn,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=CONTENDERS)
    result = CONTENDERS[parser.parse_args().name]()
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps(result | {"peak_mb": kilobytes / 1024}))


if __name__ == "__main__":
    main()
