import keras
import numpy as np
import optuna
import pytest
from optuna.trial import TrialState
from sklearn.datasets import load_iris
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skkeras import (
    KerasClassifier,
    KerasMLPClassifier,
    KerasMLPRegressor,
    KerasTabularClassifier,
    KerasTabularRegressor,
)
from skkeras.model_selection import OptunaSearchCV, mlp_space, tabular_space
from skkeras.training import train

pytestmark = pytest.mark.in_turn

X, y = load_iris(return_X_y=True)
X = StandardScaler().fit_transform(X)


@pytest.fixture
def batches(monkeypatch):
    """Sizes of the batches that training gets."""
    import skkeras.training

    sizes = []

    def counted(jobs):
        sizes.append(len(jobs))
        return train(jobs)

    monkeypatch.setattr(skkeras.training, "train", counted)
    return sizes


def mlp(**kwargs):
    return KerasMLPClassifier((8,), l2=0.01, epochs=3, random_state=0, **kwargs)


LEARNING_RATES = {"learning_rate": [1e-3, 1e-2, 1e-1]}


def search_rates(estimator=None, **kwargs):
    kwargs = {"n_trials": 3, "cv": 3, "random_state": 0, **kwargs}
    sampler = optuna.samplers.GridSampler(LEARNING_RATES, seed=0)
    return OptunaSearchCV(estimator or mlp(), LEARNING_RATES, sampler=sampler, **kwargs)


def test_all_folds_of_a_batch_are_trained_at_once(batches):
    fused = search_rates().fit(X, y)
    assert sum(batches) == 10
    assert max(batches) > 3, "fits did not meet"
    batches.clear()
    alone = search_rates(mlp(engine="keras")).fit(X, y)
    assert set(batches) == {1}
    np.testing.assert_allclose(
        fused.cv_results_["mean_test_score"], alone.cv_results_["mean_test_score"]
    )
    epochs = [t.user_attrs["skkeras:folds"]["epochs"] for t in fused.study_.trials]
    assert epochs == [[3, 3, 3]] * 3


def test_a_chosen_n_jobs_is_respected(batches):
    search_rates(n_jobs=1).fit(X, y)
    assert set(batches) == {1}


def test_losses_are_compared_by_the_scoring():
    adam = keras.optimizers.Adam(0.05)
    optimizers = {None: adam, "hinge": "sgd", "categorical_hinge": adam}

    def define(trial):
        loss = trial.suggest_categorical("loss", list(optimizers))
        optimizer = trial.suggest_categorical(f"optimizer {loss}", [optimizers[loss]])
        return {
            "kerasmlpclassifier__loss": loss,
            "kerasmlpclassifier__optimizer": optimizer,
        }

    search = OptunaSearchCV(
        make_pipeline(StandardScaler(), mlp()),
        define,
        n_trials=3,
        cv=2,
        sampler=optuna.samplers.GridSampler({"loss": list(optimizers)}, seed=0),
    ).fit(X, y)
    losses = {p["kerasmlpclassifier__loss"] for p in search.cv_results_["params"]}
    assert losses == set(optimizers)
    assert search.best_score_ > 0.5
    stored = [t.params for t in search.study_.trials if t.params["loss"] is None]
    assert stored[0]["optimizer None"].startswith("Adam(")
    assert search.predict(X).shape == y.shape


SMALL = {
    "max_layers": 1,
    "units": (4, 4),
    "batch_sizes": (32,),
    "activations": ("relu",),
    "optimizers": ("adam",),
}


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_ready_made_spaces(task):
    data, target = (X, y) if task == "classification" else (X, X @ [1, 2, 3, 4])
    model = KerasMLPClassifier if task == "classification" else KerasMLPRegressor
    search = OptunaSearchCV(
        model(epochs=2), mlp_space(task, **SMALL), n_trials=2, cv=2, random_state=0
    ).fit(data, target)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_ready_made_spaces_of_tables(task, tmp_path):
    data, target = (X, y) if task == "classification" else (X, X @ [1, 2, 3, 4])
    kind = KerasTabularClassifier if task == "classification" else KerasTabularRegressor
    space = tabular_space(task, max_layers=1, units=(4, 4), activations=("relu",))
    storage = f"sqlite:///{tmp_path / 'study.db'}"
    for n_trials in (1, 2):
        search = OptunaSearchCV(
            kind(epochs=1, n_folds=2, random_state=0),
            space,
            n_trials=n_trials,
            cv=2,
            random_state=0,
            storage=storage,
            study_name="tables",
        ).fit(data, target)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert len(search.best_params_["portfolio"]) == 12
    assert search.predict(data).shape == target.shape


def test_tables_are_pruned_fold_by_fold():
    search = OptunaSearchCV(
        KerasTabularClassifier(epochs=1, n_folds=2, random_state=0),
        tabular_space("classification", max_layers=1, units=(4, 4)),
        n_trials=3,
        cv=3,
        pruner=optuna.pruners.MedianPruner(n_startup_trials=1),
        random_state=0,
    ).fit(X, y)
    assert len(search.study_.trials) == 3
    assert np.isfinite(search.best_score_)


def create_model(meta, units=4, fails=False):
    if fails:
        raise MemoryError("no room for the model")
    return keras.Sequential(
        [
            keras.Input((meta["n_features_in_"],)),
            keras.layers.Dense(units, activation="relu"),
            keras.layers.Dense(meta["n_classes_"], activation="softmax"),
        ]
    )


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning")
@pytest.mark.filterwarnings("ignore:One or more of the test scores:UserWarning")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(
    ("space", "reason"),
    [
        ({"fails": [False, True]}, "MemoryError: no room for the model"),
        ({"optimizer__learning_rate": [0.01, 1e36]}, "FloatingPointError: The loss"),
    ],
)
def test_factories_that_raise_and_losses_of_nan_fail_their_trial_alone(space, reason):
    model = KerasClassifier(
        create_model,
        loss="sparse_categorical_crossentropy",
        optimizer="sgd",
        optimizer__learning_rate=0.01,
        fails=False,
        epochs=4,
        verbose=0,
        random_state=0,
    )
    sampler = optuna.samplers.GridSampler(space, seed=0)
    search = OptunaSearchCV(model, space, n_trials=2, cv=2, sampler=sampler)
    search.fit(X * 100, y)
    (failed,) = (t for t in search.study_.trials if t.state == TrialState.FAIL)
    assert reason in failed.user_attrs["skkeras:failure"]
    assert search.cv_results_["rank_test_score"][failed.number] == 2
