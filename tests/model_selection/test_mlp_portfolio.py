"""What searches of the perceptrons begin with, in spaces of any width."""

import pickle
import warnings

import numpy as np
import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st
from optuna.trial import FixedTrial
from searches import X, y
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skkeras import KerasMLPClassifier, KerasMLPRegressor
from skkeras.model_selection import OptunaSearchCV, mlp_space
from skkeras.model_selection.description import digest_of
from skkeras.model_selection.records import AS_IT_IS, INITIAL
from skkeras.model_selection.spaces import as_space

TASKS = ["classification", "regression"]
LOSSES = {
    "classification": ("crossentropy", "hinge", "squared_hinge", "kl_divergence"),
    "regression": ("mean_squared_error", "mean_absolute_error", "huber", "log_cosh"),
}


def subsets(choices, at_least=1):
    return st.lists(st.sampled_from(choices), min_size=at_least, unique=True)


def ranges(numbers):
    return st.tuples(numbers, numbers).map(sorted).map(tuple)


@st.composite
def narrowings(draw):
    task = draw(st.sampled_from(TASKS))
    return task, {
        "prefix": draw(st.sampled_from(["", "kerasmlpclassifier__"])),
        "max_layers": draw(st.integers(1, 5)),
        "units": draw(ranges(st.integers(1, 300))),
        "activations": draw(subsets(["relu", "tanh", "elu", "selu", np.tanh])),
        "optimizers": draw(subsets(["adam", "rmsprop", "sgd", "lion"])),
        "losses": draw(subsets(LOSSES[task], at_least=0)),
        "batch_sizes": draw(subsets([8, 16, 20, 32, 64, 256, -1])),
        "learning_rates": draw(ranges(st.floats(1e-6, 1.0))),
        "l2": draw(ranges(st.floats(1e-9, 1.0))),
    }


@given(narrowing=narrowings())
def test_each_member_lies_in_the_space_it_belongs_to(narrowing):
    task, limits = narrowing
    space, prefix = mlp_space(task, **limits), limits["prefix"]
    for member in space.portfolio:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # of what is out of range
            params = as_space(space)(FixedTrial(member))
        params = {name.removeprefix(prefix): value for name, value in params.items()}
        sizes = params["hidden_layer_sizes"]
        assert 1 <= len(sizes) <= limits["max_layers"]
        low, high = limits["units"]
        assert all(low <= width <= high for width in sizes)
        is_sgd = params["optimizer"] == "sgd"
        low, high = (1e-3, 0.3) if is_sgd else limits["learning_rates"]
        assert low <= params["learning_rate"] <= high
        assert limits["l2"][0] <= params["l2"] <= limits["l2"][1]
        assert params["optimizer"] in limits["optimizers"]
        assert params["activation"] in limits["activations"]
        assert params["batch_size"] in limits["batch_sizes"]
        losses = [None if n == "crossentropy" else n for n in limits["losses"]]
        assert params["loss"] in losses if losses else "loss" not in params
    assert all(space.portfolio.count(member) == 1 for member in space.portfolio)
    kept = [m for m in mlp_space(task).portfolio if m["optimizer"] in space.optimizers]
    assert len(space.portfolio) <= len(kept)
    assert bool(space.portfolio) == bool(kept)


@pytest.mark.parametrize("task", TASKS)
def test_in_the_whole_space_it_is_whole_and_varied(task):
    portfolio = mlp_space(task).portfolio
    assert 6 <= len(portfolio) <= 8
    wider = mlp_space(
        task,
        max_layers=9,
        units=(1, 999),
        learning_rates=(1e-6, 1.0),
        losses=LOSSES[task],
    )
    assert wider.portfolio == portfolio
    assert len({member["optimizer"] for member in portfolio}) > 1


def test_a_number_moves_to_the_nearest():
    space = mlp_space(
        "classification", units=(100, 200), batch_sizes=(8, 20), l2=(0.5, 0.6)
    )
    for whole, member in zip(
        mlp_space("classification").portfolio, space.portfolio, strict=True
    ):
        assert member["l2"] == 0.5
        assert member["batch_size"] == (8 if whole["batch_size"] < 14 else 20)
        assert member["units_0"] == 100
        assert {**whole, **member}.keys() == whole.keys()


def test_a_space_stays_itself_in_another_process():
    space = mlp_space("regression")
    assert pickle.loads(pickle.dumps(space)) == space
    assert digest_of(space) == digest_of(pickle.loads(pickle.dumps(space)))
    assert digest_of(space) != digest_of(mlp_space("classification"))


# The estimator's own parameters


@given(narrowing=narrowings(), seed=st.integers(0, 999))
def test_own_parameters_are_told_by_the_names_of_the_space(narrowing, seed):
    """Whatever a space suggests, an estimator that has it is told as the same."""
    task, limits = narrowing
    space = mlp_space(task, **limits | {"prefix": ""})
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=seed))
    params = as_space(space)(study.ask())
    kind = KerasMLPClassifier if task == "classification" else KerasMLPRegressor
    assert space.own_labels(kind(**params)) == study.trials[0].params


@pytest.mark.parametrize(
    "own",
    [
        {},
        {"l2": 1e-3, "hidden_layer_sizes": ()},
        {"l2": 1e-3, "hidden_layer_sizes": (64, 65)},
        {"l2": 1e-3, "learning_rate": None},
        {"l2": 1e-3, "optimizer": "adamax"},
        {"l2": 1e-3, "batch_size": -1},
        {"l2": 1e-3, "activation": "gelu"},
        {"l2": 1e-3, "loss": "poisson"},
        {"l2": 1},
    ],
)
def test_own_parameters_outside_are_none(own):
    space = mlp_space("classification")
    assert space.own_labels(KerasMLPClassifier(**own)) is None


@pytest.mark.parametrize("sizes", [(32,), [32], 32, np.int64(32)])
def test_sizes_in_any_form(sizes):
    net = KerasMLPClassifier(sizes, l2=np.float64(1e-3))
    found = mlp_space("classification").own_labels(net)
    assert (found["n_layers"], found["units_0"], found["l2"]) == (1, 32, 1e-3)
    assert found["loss"] == "crossentropy"


class Net(ClassifierMixin, BaseEstimator):
    """Has a perceptron's parameters, and scores without training."""

    def __init__(
        self,
        hidden_layer_sizes=(64, 64),
        activation="relu",
        optimizer="adam",
        learning_rate=0.01,
        l2="auto",
        batch_size=32,
        loss=None,
    ):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.l2 = l2
        self.batch_size = batch_size
        self.loss = loss

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        rows = np.arange(len(X)) % 7 < self.hidden_layer_sizes[0] % 7
        return self.classes_[rows.astype(int)]


def net_search(net=None, space=None, **kwargs):
    kwargs = {"n_trials": 20, "cv": 2, "random_state": 0, **kwargs}
    space = mlp_space("classification") if space is None else space
    return OptunaSearchCV(net or Net(), space, **kwargs).fit(X, y)


def n_initial(search):
    return sum(INITIAL in trial.user_attrs for trial in search.study_.trials)


def test_a_search_begins_with_the_estimator_as_it_is():
    search = net_search(n_trials=3)
    assert search.cv_results_["params"][0] == {}
    assert AS_IT_IS in search.study_.trials[0].user_attrs
    inside = net_search(Net(l2=1e-3), n_trials=1)
    assert inside.best_params_ == {
        **{"hidden_layer_sizes": (64, 64), "activation": "relu", "optimizer": "adam"},
        **{"learning_rate": 0.01, "l2": 1e-3, "batch_size": 32, "loss": None},
    }


def test_members_come_first_in_their_order():
    space = mlp_space("classification", max_layers=2, optimizers=("adam", "sgd"))
    search = net_search(space=space, n_trials=12, initial_trials=[{}, *space.portfolio])
    n = len(space.portfolio)
    found = [as_space(space)(FixedTrial(member)) for member in space.portfolio]
    assert n > 2
    assert search.cv_results_["params"][: n + 1] == [{}, *found]
    assert n_initial(search) == n + 1
    assert n_initial(net_search()) == 1


@pytest.mark.in_turn
def test_a_real_search_begins_with_real_nets():
    space = mlp_space(
        "classification",
        prefix="kerasmlpclassifier__",
        max_layers=1,
        units=(4, 4),
        activations=("relu",),
        optimizers=("adam",),
        batch_sizes=(32,),
        losses=("crossentropy",),
    )
    model = make_pipeline(
        StandardScaler(), KerasMLPClassifier((5,), epochs=2, random_state=0)
    )
    search = OptunaSearchCV(
        model,
        space,
        n_trials=4,
        cv=2,
        random_state=0,
        initial_trials=[{}, *space.portfolio[:2]],
    ).fit(X, y)
    assert search.cv_results_["params"][0] == {}
    alone = cross_val_score(model, X, y, cv=2)
    scores = [search.cv_results_[f"split{fold}_test_score"][0] for fold in range(2)]
    np.testing.assert_allclose(scores, alone)
    rates = search.cv_results_["param_kerasmlpclassifier__learning_rate"]
    members = [member["learning_rate_adaptive"] for member in space.portfolio[:2]]
    assert rates.tolist()[1:3] == members
    assert search.predict(X).shape == y.shape


def test_a_wrong_prefix_is_not_hidden_by_it():
    space = mlp_space("classification", prefix="net__")
    with pytest.raises(ValueError, match="Invalid parameter 'net'"):
        net_search(space=space, n_trials=2)
