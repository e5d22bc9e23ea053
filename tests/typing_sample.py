"""What a user's program looks like to a type checker; `.ci/run` has it checked."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras
import numpy as np
import optuna
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

import skkeras
from skkeras import KerasClassifier, KerasMLPClassifier, KerasMLPRegressor
from skkeras.datasets import load_boston, load_pima
from skkeras.model_selection import OptunaSearchCV, mlp_space
from skkeras.preprocessing import MultiHotEncoder
from skkeras.report import Comparison, compare
from skkeras.report.statistics import corrected_resampled_t_test


def create_model(meta: dict[str, Any], units: int = 12) -> keras.Model:
    """Build a small classifier."""
    return keras.Sequential(
        [
            keras.Input((meta["n_features_in_"],)),
            keras.layers.Dense(units, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )


def define(trial: optuna.Trial) -> dict[str, Any]:
    """Suggest the parameters of one trial."""
    return {"model__units": trial.suggest_int("units", 4, 8)}


def classify() -> list[float]:
    """Cross-validate, fit, predict, save and load."""
    X, y = load_pima(return_X_y=True)
    estimator = KerasClassifier(
        model=create_model,
        model__units=8,
        loss="binary_crossentropy",
        optimizer=keras.optimizers.Adam,
        optimizer__learning_rate=0.01,
        metrics=["accuracy"],
        class_weight={0: 1.0, 1: 2.0},
        random_state=np.random.RandomState(0),
        epochs=1,
        verbose=0,
    )
    pipeline: Pipeline = make_pipeline(StandardScaler(), estimator)
    with skkeras.fused(max_members=3):
        scores = cross_val_score(pipeline, X, y, cv=StratifiedKFold(3), n_jobs=-1)
    estimator.fit(X, y, sample_weight=np.ones(len(y)))
    labels: np.ndarray = estimator.predict(X, batch_size=64)
    probabilities: np.ndarray = estimator.predict_proba(X)
    losses: list[float] = estimator.history_["loss"]
    model: keras.Model = estimator.model_
    model.summary(print_fn=lambda line, **_: None)
    with TemporaryDirectory() as folder:
        path = Path(folder, "pima.skkeras")
        estimator.save(path)
        loaded = skkeras.load(path, custom_objects={"create_model": create_model})
    again = loaded.predict_proba(X)
    return [scores.mean(), labels.mean(), (probabilities - again).max(), *losses]


def search() -> dict[str, Any]:
    """Search with a function of a trial, and in a ready-made space."""
    pima = load_pima(as_frame=True)
    factory = KerasClassifier(create_model, loss="binary_crossentropy", verbose=0)
    by_hand = OptunaSearchCV(factory, define, n_trials=2, cv=3, scoring="accuracy")
    best: float = by_hand.fit(pima.data, pima.target).best_score_
    stop = keras.callbacks.EarlyStopping(monitor="loss")
    perceptron = make_pipeline(
        StandardScaler(), KerasMLPClassifier(epochs=1, callbacks=[stop])
    )
    search = OptunaSearchCV(
        perceptron,
        mlp_space("classification", prefix="kerasmlpclassifier__", units=(4, 8)),
        n_trials=2,
        cv=StratifiedKFold(3),
        sampler=optuna.samplers.RandomSampler(seed=0),
        scoring=["accuracy", "roc_auc"],
        refit="accuracy",
        random_state=0,
    ).fit(pima.data, pima.target)
    study: optuna.Study = search.study_
    return {**search.best_params_, "best": best, "trials": len(study.trials)}


def report() -> str:
    """Compare models, and ask what the folds allow to be said."""
    X, y = load_boston(return_X_y=True, drop_b=True)
    models = {
        "narrow": make_pipeline(StandardScaler(), KerasMLPRegressor((4,), epochs=1)),
        "wide": make_pipeline(StandardScaler(), KerasMLPRegressor([32], epochs=1)),
    }
    comparison: Comparison = compare(models, X, y, cv=3, scoring="r2", random_state=0)
    first, second = (comparison.values()[name] for name in models)
    test = corrected_resampled_t_test(first - second, comparison.test_train_ratio)
    words = MultiHotEncoder(num_words=5).fit([[1, 3], [0, 9]]).transform([[2, 2]])
    return f"p={test.p_value:.2f} {words.shape}"


if __name__ == "__main__":
    print(classify(), search(), report())
