"""Want of memory is no property of a model: the next fit is compiled all the same.

Wherever it comes, also from within what turns other exceptions into a reason.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf

from skkeras.training import BuiltModel, Job, predict, train
from skkeras.training.cache import LeastRecentlyUsed
from skkeras.training.engines import compiled_prediction
from skkeras.training.routing.eligibility import Ineligible

pytestmark = [
    pytest.mark.tensorflow,
    pytest.mark.in_turn,
    pytest.mark.usefixtures("fresh_programs"),
]
X = np.random.default_rng(0).normal(size=(20, 3)).astype("float32")
TRAINING = [
    "program.program_family.make_template",
    "program.clone._from_config",
    "program.programs_by_size.Program.__init__",
    "program.program.Program.compile",
    "population.population.Population._prove",
]
PREDICTION = [
    "program.clone._from_config",
    "engines.compiled_prediction.check_captured",
]
ERRORS = [
    tf.errors.ResourceExhaustedError(None, None, "all gone"),
    MemoryError("all gone"),
]


def net():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    return model


@pytest.fixture
def fails_once(monkeypatch):
    """Let a function fail at its first call."""

    def fails(place, error):
        target = f"skkeras.training.{place}"
        by_itself, calls = _named(target), []

        def function(*arguments, **options):
            calls.append(1)
            if len(calls) == 1:
                raise error
            return by_itself(*arguments, **options)

        monkeypatch.setattr(target, function)
        return calls

    return fails


def _named(target):
    module, name = target.rsplit(".", 1)
    try:
        return getattr(__import__(module, fromlist=[name]), name)
    except ModuleNotFoundError:  # a method
        return getattr(_named(module), name)


@pytest.mark.parametrize("members", [1, 3])
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("place", TRAINING)
def test_the_next_fit_is_compiled(fails_once, place, error, members):
    calls = fails_once(place, error)
    for _ in range(2):
        models = [net() for _ in range(members)]
        jobs = [Job(BuiltModel(m), X, X[:, :1], seed=k) for k, m in enumerate(models)]
        results = train(jobs)
        assert calls
        assert [result.error for result in results] == [None] * members
    engine = "fused" if members > 1 else "compiled"
    assert [result.training.engine for result in results] == [engine] * members


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("place", PREDICTION)
def test_the_next_prediction_is_compiled(fails_once, place, error):
    calls, model = fails_once(place, error), net()
    for _ in range(2):
        expected = model.predict(X, verbose=0)
        np.testing.assert_allclose(predict(model, X), expected, atol=1e-6)
        assert calls
    assert compiled_prediction.FUNCTIONS.keys()


def test_what_does_not_pass_is_remembered():
    cache, calls = LeastRecentlyUsed(2), []

    def build(cause):
        calls.append(cause)
        raise Ineligible("a reason") from cause

    for cause, expected in ((ValueError(), 1), (MemoryError(), 2)):
        calls.clear()
        for _ in range(2):
            with pytest.raises(Ineligible):
                cache.get(type(cause), lambda cause=cause: build(cause))
        assert len(calls) == expected


def test_errors_that_are_remembered_keep_no_frames():
    def build():
        try:
            raise KeyError
        except KeyError as error:
            raise Ineligible("a reason") from error

    cache, raised = LeastRecentlyUsed(2), []
    for _ in range(3):
        with pytest.raises(Ineligible, match="a reason") as caught:
            cache.get("key", build)
        raised.append(caught.value)
    assert isinstance(raised[0].__cause__, KeyError)
    assert raised[1] is not raised[2]
    (_, kept) = cache._entries["key"]
    assert (kept.__cause__, kept.__context__, kept.__traceback__) == (None, None, None)


def test_errors_that_a_user_handles_keep_their_traces():
    cache = LeastRecentlyUsed(2)

    def build():
        raise Ineligible("a reason")

    try:
        raise KeyError
    except KeyError as mine:
        with pytest.raises(Ineligible):
            cache.get("key", build)
        trace = mine.__traceback__
    assert trace is not None
