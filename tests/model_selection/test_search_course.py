"""How a search goes on, shows itself and ends."""

import optuna
import pytest
from optuna.distributions import FloatDistribution
from optuna.trial import TrialState
from other_versions import needs_callbacks
from searches import DEPTHS, Counting, Failing, X, tree_search, y
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from skkeras.model_selection import OptunaSearchCV


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("kind", ["GridSampler", "BruteForceSampler"])
@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
def test_samplers_that_run_out_end_the_search(kind, batch):
    grid = {"max_depth": [1, 2, 3]}
    arguments = (grid,) if kind == "GridSampler" else ()
    sampler = getattr(optuna.samplers, kind)(*arguments, seed=0)
    search = tree_search(grid, sampler=sampler, n_trials=50, trials_per_batch=batch)
    search.fit(X, y)
    found = [p["max_depth"] for p in search.cv_results_["params"]]
    assert sorted(found) == [1, 2, 3]


@pytest.mark.parametrize(
    "sampler",
    [
        optuna.samplers.RandomSampler(seed=0),
        optuna.samplers.TPESampler(seed=0, n_startup_trials=3),
        optuna.samplers.NSGAIISampler(seed=0),
    ],
    ids=lambda s: type(s).__name__,
)
def test_other_samplers(sampler):
    search = OptunaSearchCV(
        Ridge(),
        {"alpha": FloatDistribution(0.1, 10)},
        n_trials=6,
        cv=2,
        sampler=sampler,
        trials_per_batch=2,
    ).fit(X, y)
    alphas = [p["alpha"] for p in search.cv_results_["params"]]
    assert len(set(alphas)) == 6
    again = clone(search).fit(X, y)
    assert [p["alpha"] for p in again.cv_results_["params"]] == alphas


def test_callbacks_see_each_trial_and_can_stop():
    numbers = []

    def stop_after_three(study, trial):
        assert trial.state == TrialState.COMPLETE
        numbers.append(trial.number)
        if len(numbers) == 3:
            study.stop()

    search = tree_search(
        callbacks=[stop_after_three], n_trials=50, trials_per_batch=1
    ).fit(X, y)
    assert numbers == [0, 1, 2]
    assert len(search.cv_results_["params"]) == 3
    ended = tree_search(callbacks=[optuna.study.MaxTrialsCallback(2)]).fit(X, y)
    assert len(ended.study_.trials) == 2


def test_timeout_begins_no_further_trial():
    class Slow(Failing):
        def fit(self, X, y):
            import time

            time.sleep(0.1)
            return super().fit(X, y)

    search = OptunaSearchCV(
        Slow(), {"a": list(range(99))}, n_trials=None, timeout=0.3, cv=2, refit=False
    ).fit(X, y)
    assert 1 <= len(search.study_.trials) <= 4


def test_ctrl_c_keeps_the_best_so_far():
    class Interrupted(Failing):
        def fit(self, X, y):
            Counting.fits += 1
            if Counting.fits == 6:
                raise KeyboardInterrupt
            return super().fit(X, y)

    Counting.fits = 0
    search = OptunaSearchCV(
        Interrupted(), {"a": list(range(9))}, n_trials=9, cv=2, random_state=0
    )
    with pytest.warns(UserWarning, match="interrupted after 2 trials"):
        search.fit(X, y)
    assert len(search.cv_results_["params"]) == 2
    assert search.predict(X).shape == y.shape


def test_ctrl_c_before_the_first_trial_is_ctrl_c():
    class Interrupted(Failing):
        def fit(self, X, y):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        OptunaSearchCV(Interrupted(), {"a": [1]}, n_trials=9).fit(X, y)


def test_verbose_zero_is_silent(capfd):
    tree_search().fit(X, y)
    assert capfd.readouterr() == ("", "")


def test_verbose_shows_a_bar(capfd):
    tree_search(verbose=1).fit(X, y)
    out, err = capfd.readouterr()
    assert out == ""
    assert "6/6 trials" in err
    assert "best score 0.9" in err


@needs_callbacks
def test_scikit_learn_progress_bar(capsys):
    from sklearn.callback import ProgressBar

    search = OptunaSearchCV(
        LogisticRegression(max_iter=1000), {"C": [0.1, 1.0]}, n_trials=2, cv=2
    )
    search.set_callbacks(ProgressBar(max_propagation_depth=0)).fit(X, y)
    assert "OptunaSearchCV" in capsys.readouterr().out


def test_html_and_repr_show_no_password():
    search = tree_search(storage="postgresql://ann:s3cret@db/studies")
    for text in (
        repr(search),
        search._repr_html_(),
        repr(make_pipeline(StandardScaler(), search)),
        str(search.get_params()),
    ):
        assert "s3cret" not in text
    assert "ann:***@db" in repr(search)
    assert clone(search).storage == search.storage


def test_parameters_are_checked():
    with pytest.raises(ValueError, match="'n_trials' parameter"):
        tree_search(n_trials=0).fit(X, y)
    with pytest.raises(ValueError, match="'sampler' parameter"):
        tree_search(sampler="tpe").fit(X, y)


def test_optunas_tools_work_on_the_study():
    search = tree_search(n_trials=8).fit(X, y)
    assert set(optuna.importance.get_param_importances(search.study_)) == set(DEPTHS)
    assert len(search.study_.trials_dataframe()) == 8
    search.study_.optimize(lambda trial: trial.suggest_float("z", 0, 1), n_trials=1)
    assert len(search.study_.trials) == 9


def test_estimators_without_predict_proba():
    data, target = make_classification(60, random_state=0)
    search = OptunaSearchCV(LinearSVC(), {"C": [0.1, 1.0]}, n_trials=2, cv=2)
    search.fit(data, target)
    assert not hasattr(search, "predict_proba")
    assert search.decision_function(data).shape == (60,)
