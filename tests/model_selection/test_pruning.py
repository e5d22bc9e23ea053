import keras
import numpy as np
import optuna
import pytest
from optuna.pruners import (
    HyperbandPruner,
    MedianPruner,
    NopPruner,
    PatientPruner,
    SuccessiveHalvingPruner,
    ThresholdPruner,
)
from optuna.trial import TrialState
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris, make_classification
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skkeras import KerasMLPClassifier
from skkeras.model_selection import OptunaSearchCV, pruning
from skkeras.model_selection.held_out import set_aside
from skkeras.model_selection.ladder import ladder_of
from skkeras.model_selection.lockstep import TrialInLockstep

X, y = load_iris(return_X_y=True)


class Accurate(ClassifierMixin, BaseEstimator):
    """Right on a given share of the rows, and keeps the sizes of its fits."""

    sizes: list = []  # noqa: RUF012, shared on purpose

    def __init__(self, share=1.0):
        self.share = share

    def fit(self, X, y):
        Accurate.sizes.append(len(X))
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        truth = X[:, 0].astype(int)
        right = np.arange(len(X)) < self.share * len(X)
        return np.where(right, truth, (truth + 1) % 3)


ROWS = np.column_stack([y, y])


def search_shares(shares, pruner, **kwargs):
    Accurate.sizes.clear()
    return OptunaSearchCV(
        Accurate(),
        {"share": shares},
        n_trials=len(shares),
        cv=5,
        sampler=InOrder(),
        pruner=pruner,
        refit=False,
        trials_per_batch=1,
        **kwargs,
    )


class InOrder(optuna.samplers.BaseSampler):
    """Takes the choices one after the other."""

    def infer_relative_search_space(self, study, trial):
        return {}

    def sample_relative(self, study, trial, search_space):
        return {}

    def sample_independent(self, study, trial, name, distribution):
        return distribution.choices[trial.number]


def wilcoxon():
    with pytest.warns(optuna.exceptions.ExperimentalWarning):
        return optuna.pruners.WilcoxonPruner(p_threshold=0.2)


@pytest.mark.parametrize("pruner", [MedianPruner(n_startup_trials=1), None])
def test_other_estimators_report_once_a_fold(pruner):
    pruner = pruner or wilcoxon()
    search = search_shares([0.9, 0.2, 1.0], pruner).fit(ROWS, y)
    good, bad, best = search.study_.trials
    assert [t.state.name for t in search.study_.trials] == [
        "COMPLETE",
        "PRUNED",
        "COMPLETE",
    ]
    assert list(best.intermediate_values) == [0, 1, 2, 3, 4]
    assert best.intermediate_values[4] == 1
    n_run = len(bad.intermediate_values)
    assert n_run < 5
    assert len(Accurate.sizes) == 5 + n_run + 5
    assert set(Accurate.sizes) == {102}  # 85 % of 120
    results = search.cv_results_
    assert np.isnan(results["mean_test_score"][1])
    assert results["rank_test_score"].tolist() == [2, 3, 1]
    assert good.intermediate_values[0] == pytest.approx(0.9, abs=0.06)


def test_nothing_is_set_aside_without_a_pruner():
    search_shares([1.0], None).fit(ROWS, y)
    assert set(Accurate.sizes) == {120}


def test_repeats_of_a_pruned_trial_are_pruned():
    search = search_shares([0.9, 0.2, 0.2, 1.0], MedianPruner(n_startup_trials=1))
    search.set_params(
        param_distributions=lambda trial: {
            "share": [0.9, 0.2, 0.2, 1.0][
                trial.suggest_categorical("index", [0, 1, 2, 3])
            ]
        }
    ).fit(ROWS, y)
    states = [t.state.name for t in search.study_.trials]
    assert states == ["COMPLETE", "PRUNED", "PRUNED", "COMPLETE"]
    assert search.study_.trials[2].user_attrs["skkeras:repeats"] == 1


def test_pruned_trials_survive_storage(tmp_path):
    def run():
        search = search_shares(
            [0.9, 0.2, 1.0],
            MedianPruner(n_startup_trials=1),
            storage=str(tmp_path / "study.log"),
            study_name="shares",
        )
        return search.fit(ROWS, y)

    first, again = run(), run()
    assert Accurate.sizes == []
    for key, values in first.cv_results_.items():
        np.testing.assert_array_equal(again.cv_results_[key], values)


def test_all_pruned():
    with pytest.raises(ValueError, match=r"No trial was completed \(2 were pruned\)"):
        search_shares([0.1, 0.2], ThresholdPruner(lower=0.5)).fit(ROWS, y)


def test_rows_set_aside_are_stratified_and_the_same_each_time():
    train = np.flatnonzero(np.arange(150) % 5)
    kept, held = set_aside(train, y, KerasMLPClassifier(), 0.15, None)
    assert np.bincount(y[held]).tolist() == [6, 6, 6]
    assert sorted([*kept, *held]) == train.tolist()
    np.testing.assert_array_equal(
        held, set_aside(train, y, KerasMLPClassifier(), 0.15, None)[1]
    )
    other = set_aside(train, y, KerasMLPClassifier(), 0.15, 1)[1]
    assert held.tolist() != other.tolist()


# Keras, in lockstep


class Recorder:
    """A trial that prunes when the mean falls below a half."""

    def __init__(self):
        self.reports = {}

    def report(self, value, step):
        assert step not in self.reports
        self.reports[step] = value

    def should_prune(self):
        return list(self.reports.values())[-1] < 0.5


def lockstep(n_folds):
    recorder = Recorder()
    return recorder, TrialInLockstep(recorder, [None] * n_folds, lambda epochs: [])


def test_the_last_fold_of_an_epoch_decides_for_all():
    recorder, trial = lockstep(3)
    for epoch, scores in enumerate([(0.9, 0.6, 0.6), (0.9, 0.3, 0.0)], 1):
        for fold, score in enumerate(scores):
            assert not trial.is_pruned
            trial.add(fold, epoch, score, is_last=False)
    assert recorder.reports == pytest.approx({0: 0.7, 1: 0.4})
    assert trial.is_pruned


def test_a_fold_that_is_ahead_counts_with_its_score_at_the_time():
    recorder, trial = lockstep(2)
    for epoch, score in enumerate([0.2, 0.5, 1.0], 1):
        trial.add(0, epoch, score, is_last=epoch == 3)
    trial.leave(0)
    assert recorder.reports == {}
    trial.add(1, 1, 1.0, is_last=False)
    assert recorder.reports == pytest.approx({0: 0.6})


def test_a_fold_that_stopped_between_rungs_counts_with_its_last_score():
    recorder, trial = lockstep(3)
    for fold in range(3):
        trial.add(fold, 2, 0.6, is_last=False)
    trial.add(0, 5, 0.9, is_last=False)
    trial.add(1, 5, 0.9, is_last=False)
    trial.add(2, 4, 0.6, is_last=True)
    trial.add(1, 7, 1.0, is_last=True)
    assert recorder.reports == pytest.approx({1: 0.6, 4: 0.8})
    trial.add(0, 8, 1.0, is_last=True)
    assert recorder.reports == pytest.approx({1: 0.6, 4: 0.8, 7: 2.6 / 3})


def test_a_fold_that_leaves_last_lets_the_others_decide():
    recorder, trial = lockstep(2)
    trial.add(0, 2, 0.2, is_last=False)
    assert recorder.reports == {}
    trial.leave(1)
    assert recorder.reports == {1: 0.2}
    assert trial.is_pruned


def test_a_fold_that_failed_counts_for_nothing():
    recorder, trial = lockstep(2)
    trial.leave(0)
    trial.add(1, 3, 0.7, is_last=False)
    assert recorder.reports == {2: 0.7}


def test_the_last_epoch_prunes_nothing():
    recorder, trial = lockstep(1)
    trial.add(0, 1, 0.1, is_last=True)
    assert recorder.reports == {0: 0.1}
    assert not trial.is_pruned


@pytest.mark.parametrize(
    ("pruner", "every", "epochs", "due"),
    [
        (MedianPruner(), None, 60, [15, 30]),
        (MedianPruner(), None, 1, []),
        (MedianPruner(), None, 3, [1, 2]),
        (MedianPruner(), None, 10, [3, 6]),
        (MedianPruner(n_warmup_steps=20), None, 60, [21, 42]),
        (MedianPruner(n_warmup_steps=60), None, 60, []),
        (ThresholdPruner(lower=0, n_warmup_steps=4), None, 12, [5, 10]),
        (MedianPruner(), 4, 10, [4, 8]),
        (NopPruner(), None, 60, [6, 12, 18, 24, 30, 36, 42, 48, 54]),
        (NopPruner(), None, 3, [1, 2]),
        # Rungs lie at min_resource * reduction_factor ** (rate + k), counted from 0.
        (SuccessiveHalvingPruner(2, 3), None, 60, [3, 7, 19, 55]),
        (SuccessiveHalvingPruner(2, 3, 1), None, 60, [7, 19, 55]),
        (SuccessiveHalvingPruner(), None, 60, [2, 5, 17]),
        (SuccessiveHalvingPruner(), None, 401, [5, 17, 65, 257]),
        (SuccessiveHalvingPruner(2, 3), 30, 60, [30]),
        (HyperbandPruner(2, 60, 3), None, 60, [3, 7, 19, 55]),
        (HyperbandPruner(), None, 28, [2, 4, 10]),
    ],
)
def test_when_pruners_are_asked(pruner, every, epochs, due):
    assert ladder_of(pruner, every)(epochs) == [*due, epochs]


RATES = [0.05, 1e-7]


def keras_search(pruner, **kwargs):
    model = KerasMLPClassifier((8,), l2=0.01, epochs=12, batch_size=30, random_state=0)
    return OptunaSearchCV(
        make_pipeline(StandardScaler(), model),
        {"kerasmlpclassifier__learning_rate": RATES},
        n_trials=2,
        cv=3,
        sampler=InOrder(),
        pruner=pruner,
        report_every=3,
        **kwargs,
    )


@pytest.mark.parametrize(
    ("backend", "expected"), [("tensorflow", True), ("jax", False), ("torch", False)]
)
def test_epochs_are_judged_where_folds_train_in_lockstep(
    monkeypatch, backend, expected
):
    search = keras_search(MedianPruner())
    monkeypatch.setattr(keras.backend, "backend", lambda: backend)
    assert pruning._can_judge_epochs(search) is expected


@pytest.fixture(scope="module")
def pruned():
    return keras_search(ThresholdPruner(lower=0.6, n_warmup_steps=3)).fit(X, y)


@pytest.mark.in_turn
@pytest.mark.tensorflow
def test_a_pruned_trial_ends_before_its_last_epoch(pruned):
    good, bad = pruned.study_.trials
    assert good.state == TrialState.COMPLETE
    assert list(good.intermediate_values) == [2, 5, 8, 11]
    assert good.user_attrs["skkeras:folds"]["epochs"] == [12, 12, 12]
    assert bad.state == TrialState.PRUNED
    assert list(bad.intermediate_values) == [2, 5]
    # A busy machine may begin a fold late; it then trains ahead of the others.
    assert sorted(bad.user_attrs["skkeras:folds"]["epochs"])[:2] == [6, 6]
    assert np.isnan(pruned.cv_results_["mean_test_score"][1])
    assert pruned.best_params_ == {"kerasmlpclassifier__learning_rate": RATES[0]}


@pytest.mark.tensorflow
def test_what_is_reported_is_the_mean_score_on_the_rows_set_aside(pruned):
    """The last report is that of models trained the same way outside a search."""
    means = []
    for train, _ in pruned._splits:
        kept, held = set_aside(train, y, pruned.estimator, 0.15, None)
        model = pruned.estimator.set_params(**pruned.best_params_)
        means.append(model.fit(X[kept], y[kept]).score(X[held], y[held]))
    reported = pruned.study_.trials[0].intermediate_values[11]
    assert reported == pytest.approx(np.mean(means), abs=1e-6)


def test_scores_of_trials_that_are_watched_but_not_pruned_are_the_same(pruned):
    """Watching changes nothing but the rows trained on."""
    splits = [
        (set_aside(train, y, pruned.estimator, 0.15, None)[0], test)
        for train, test in pruned._splits
    ]
    plain = keras_search(None).set_params(cv=splits, n_trials=1).fit(X, y)
    for fold in range(3):
        key = f"split{fold}_test_score"
        assert plain.cv_results_[key][0] == pruned.cv_results_[key][0]


@pytest.mark.parametrize(
    "pruner",
    [
        MedianPruner(n_startup_trials=1),
        HyperbandPruner(min_resource=2, max_resource=12, reduction_factor=2),
        pytest.param(
            SuccessiveHalvingPruner(min_resource=2, reduction_factor=2),
            # Three folds are too few steps for it where epochs are not judged.
            marks=pytest.mark.tensorflow,
        ),
        lambda: PatientPruner(MedianPruner(n_startup_trials=1), patience=1),
    ],
    ids=["median", "hyperband", "halving", "patient"],
)
@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
def test_other_pruners_save_epochs_of_the_hopeless(pruner):
    pruner = pruner() if callable(pruner) else pruner
    search = keras_search(pruner, trials_per_batch=1).fit(X, y)
    epochs = [
        sum(t.user_attrs["skkeras:folds"]["epochs"]) for t in search.study_.trials
    ]
    assert epochs[0] == 36
    assert search.best_params_ == {"kerasmlpclassifier__learning_rate": RATES[0]}
    if not isinstance(pruner, HyperbandPruner | PatientPruner):
        assert epochs[1] < 36


def test_wilcoxon_prunes_keras_after_folds():
    search = keras_search(wilcoxon(), trials_per_batch=1).fit(X, y)
    assert list(search.study_.trials[0].intermediate_values) == [0, 1, 2]


@pytest.mark.in_turn
def test_the_users_callbacks_see_every_epoch():
    seen = []
    watch = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: seen.append(epoch)
    )
    search = keras_search(MedianPruner(), refit=False)
    search.estimator.set_params(kerasmlpclassifier__callbacks=[watch])
    search.set_params(n_trials=1).fit(X, y)
    assert sorted(seen) == sorted([*range(12)] * 3)


@pytest.mark.in_turn
@pytest.mark.tensorflow
def test_folds_that_stop_early_keep_their_latest_score():
    data, target = make_classification(120, random_state=0)
    search = keras_search(MedianPruner())
    search.set_params(
        estimator__kerasmlpclassifier__epochs=40,
        estimator__kerasmlpclassifier__early_stopping=True,
        estimator__kerasmlpclassifier__patience=1,
        report_every=1,
        n_trials=1,
        refit=False,
    ).fit(data, target)
    (trial,) = search.study_.trials
    epochs = trial.user_attrs["skkeras:folds"]["epochs"]
    assert min(epochs) < max(epochs)
    assert min(epochs) <= max(trial.intermediate_values) + 1 <= max(epochs)
