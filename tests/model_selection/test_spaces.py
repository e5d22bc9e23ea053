import pickle

import numpy as np
import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st
from optuna.distributions import (
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.trial import FixedTrial
from scipy import stats

from skkeras.model_selection import mlp_space, tabular_space
from skkeras.model_selection.labels import choice_labels, same_value_key
from skkeras.model_selection.spaces import as_space, params_of


def ask(space, seed=0):
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=seed))
    trial = study.ask()
    return space(trial), study.trials[0]


def square(x):
    return x**2


class Opaque:
    pass


def test_optuna_distributions_are_taken_as_they_are():
    space = as_space(
        {
            "a": IntDistribution(2, 8, step=2),
            "b": FloatDistribution(1e-3, 1.0, log=True),
            "c": CategoricalDistribution(["x", "y"]),
        }
    )
    params, trial = ask(space)
    assert trial.params == params
    assert trial.distributions["a"] == IntDistribution(2, 8, step=2)
    assert trial.distributions["b"] == FloatDistribution(1e-3, 1.0, log=True)


def test_scipy_distributions_that_optuna_has_become_its_own():
    space = as_space(
        {
            "a": stats.uniform(2, 3),
            "b": stats.loguniform(1e-3, 10),
            "c": stats.randint(3, 7),
        }
    )
    _, trial = ask(space)
    assert trial.distributions == {
        "a": FloatDistribution(2, 5),
        "b": FloatDistribution(1e-3, 10, log=True),
        "c": IntDistribution(3, 6),
    }


def test_other_scipy_distributions_are_reached_through_their_quantiles():
    params, trial = ask(as_space({"a": stats.norm(5, 2), "b": stats.poisson(30)}))
    assert params["a"] == stats.norm(5, 2).ppf(trial.params["a quantile"])
    assert type(params["b"]) is int
    assert params["b"] == stats.poisson(30).ppf(trial.params["b quantile"])


def test_objects_with_rvs_alone_are_drawn_from_a_stored_seed():
    class Die:
        def rvs(self, random_state):
            return np.random.RandomState(random_state).randint(1, 7)

    space = as_space({"a": Die()})
    params, trial = ask(space)
    assert params == space(trial)


@pytest.mark.parametrize(
    ("space", "message"),
    [
        ({"a": []}, "'a' has an empty list"),
        ({"a": "relu"}, "'a' needs an Optuna distribution.*got 'relu'"),
        ({1: [2]}, "must be strings"),
        (["a"], "must be a dict"),
    ],
)
def test_spaces_that_cannot_be_understood(space, message):
    with pytest.raises((TypeError, ValueError), match=message):
        as_space(space)


def test_a_function_that_returns_no_dict_is_refused():
    with pytest.raises(TypeError, match=r"must return a dict.*3"):
        as_space(lambda trial: 3)(FixedTrial({}))


CHOICES = [(8,), (16, 8), square, Opaque, Opaque(), Opaque(), {"a": 1}, None, 3, 3]


@pytest.mark.parametrize("storage", ["memory", "sqlite", "journal"])
def test_values_of_any_type_survive_storage(storage, tmp_path):
    from skkeras.model_selection.storage import open_storage

    where = {
        "memory": None,
        "sqlite": f"sqlite:///{tmp_path}/study.db",
        "journal": str(tmp_path / "study.log"),
    }
    space = as_space({"a": CHOICES})
    sampler = optuna.samplers.RandomSampler(seed=0)
    storage = open_storage(where[storage])
    study = optuna.create_study(storage=storage, sampler=sampler)
    given = [space(study.ask())["a"] for _ in range(15)]
    read = [space(trial)["a"] for trial in study.trials]
    assert all(a is b for a, b in zip(given, read, strict=True))
    assert len({id(a) for a in given}) > 3


@given(
    st.lists(
        st.one_of(
            st.none(),
            st.booleans(),
            st.integers(-2, 2),
            st.floats(-2, 2),
            st.text(max_size=2),
            st.tuples(st.integers(0, 3)),
        ),
        min_size=1,
    )
)
def test_labels_tell_all_choices_apart(choices):
    labels = choice_labels(choices)
    assert all(
        label is None or isinstance(label, bool | int | float | str) for label in labels
    )
    distribution = CategoricalDistribution(labels)
    found = [distribution.to_internal_repr(label) for label in labels]
    assert found == list(range(len(choices)))


def test_labels_hold_no_address():
    assert choice_labels([Opaque(), Opaque()]) == ["Opaque", "Opaque (2)"]
    assert choice_labels([square])[0].endswith("test_spaces.square")


def test_long_labels_are_shortened_but_differ():
    labels = choice_labels([tuple(range(100)), tuple(range(101))])
    assert len(set(labels)) == 2
    assert max(map(len, labels)) < 140


def test_same_value_key():
    thing = Opaque()
    assert same_value_key((1, [2.0])) == same_value_key((1, [2.0]))
    assert same_value_key(np.int64(1)) == same_value_key(1)
    assert same_value_key(1) != same_value_key(True)
    assert same_value_key(float("nan")) == same_value_key(float("nan"))
    assert same_value_key(thing) == same_value_key(thing) != same_value_key(Opaque())


def test_trial_of_another_space_is_named():
    _, trial = ask(as_space({"a": [1, 2]}))
    with pytest.raises(ValueError, match=r"Trial 0 .* another search space"):
        params_of(as_space({"b": [1, 2]}), trial)
    with pytest.raises(ValueError, match=r"Trial 0 .* another search space"):
        params_of(as_space({"a": [1, 2, 3]}), trial)


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_mlp_space_is_conditional_and_can_be_pickled(task):
    space = pickle.loads(pickle.dumps(mlp_space(task, prefix="mlp__")))
    for seed in range(10):
        params, trial = ask(as_space(space), seed)
        sizes = params["mlp__hidden_layer_sizes"]
        assert len(sizes) == trial.params["n_layers"]
        assert all(8 <= units <= 64 for units in sizes)
        is_sgd = trial.params["optimizer"] == "sgd"
        assert ("learning_rate_sgd" in trial.params) == is_sgd
        assert "mlp__loss" in params


def test_mlp_space_of_an_unknown_task():
    with pytest.raises(ValueError, match="task must be"):
        mlp_space("clustering")


@pytest.mark.parametrize("task", ["classification", "regression"])
@pytest.mark.parametrize("seed", range(3))
def test_a_portfolio_of_one_trial_shares_what_is_searched(task, seed):
    space = tabular_space(task, prefix="table__", units=(8, 20), dropout=(0.1, 0.2))
    params, trial = ask(space, seed)
    portfolio = params["table__portfolio"]
    for net in portfolio:
        assert net["hidden_layer_sizes"] == (trial.params["units"],) * len(
            portfolio[0]["hidden_layer_sizes"]
        )
        for name in ("activation", "dropout", "learning_rate"):
            assert net[name] == trial.params[name]
    assert 8 <= trial.params["units"] <= 20
    assert 0.1 <= trial.params["dropout"] <= 0.2
    assert len({(net["encoding"], net["l2"]) for net in portfolio}) == 12


def test_tables_have_two_tasks():
    with pytest.raises(ValueError, match="task must be"):
        tabular_space("ranking")
