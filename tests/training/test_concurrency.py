"""Several threads of a user's that train, and ask for models, at the same time."""

import threading
from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_iris
from sklearn.model_selection import cross_val_score

import skkeras
from skkeras import KerasMLPClassifier
from skkeras.training import BuiltModel, Job, complete, train

pytestmark = [pytest.mark.tensorflow, pytest.mark.in_turn]

THREADS = 4


def together(call, arguments):
    """Call with each argument in a thread of its own, all starting at one time."""
    gate = threading.Barrier(len(arguments), timeout=60)

    def one(argument):
        gate.wait()
        return call(argument)

    with ThreadPoolExecutor(len(arguments)) as threads:
        return list(threads.map(one, arguments))


def net(seed, units):
    starts = [keras.initializers.GlorotUniform(10 * seed + i) for i in range(2)]
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(units, "relu", kernel_initializer=starts[0]),
            keras.layers.Dense(1, "sigmoid", kernel_initializer=starts[1]),
        ]
    )
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model


def jobs(thread, units=5, **options):
    rng = np.random.default_rng(thread)
    x = rng.normal(size=(40, 4)).astype("float32")
    y = (x[:, :1] > 0).astype("float32")
    return [
        Job(
            BuiltModel(net(seed, units)),
            x,
            y,
            epochs=3,
            batch_size=8,
            seed=seed,
            **options,
        )
        for seed in range(3)
    ]


def assert_same(results, references):
    for mine, same in zip(results, references, strict=True):
        assert mine.error is None
        assert_allclose(mine.history["loss"], same.history["loss"], rtol=1e-5)


@pytest.mark.usefixtures("fresh_programs")
def test_threads_that_need_the_same_program_compile_it_once():
    results = together(lambda i: train(jobs(i)), range(THREADS))
    compiled = [max(r.training.compile_seconds for r in some) for some in results]
    # Populations of three are never divided, so each thread asks for one program.
    assert sum(seconds > 0 for seconds in compiled) == 1
    for thread, mine in enumerate(results):
        assert_same(mine, train(jobs(thread)))


def test_threads_with_nets_of_their_own_do_not_disturb_each_other():
    results = together(lambda i: train(jobs(i, units=4 + i)), range(THREADS))
    for thread, mine in enumerate(results):
        reference = train(jobs(thread, units=4 + thread, engine="keras"))
        assert_same(mine, reference)


def test_an_optimizer_that_waits_is_completed_once():
    (late, *_), (reference, *_) = jobs(0, defer_optimizer=True), jobs(0)
    train([late])
    train([reference])
    together(lambda _: complete(late.model), range(THREADS))
    variables = late.model.optimizer.variables, reference.model.optimizer.variables
    for variable, same in zip(*variables, strict=True):
        assert_array_equal(variable.numpy(), same.numpy())


def test_fused_loops_in_several_threads_give_their_own_scores():
    X, y = load_iris(return_X_y=True)

    def scores(units):
        model = KerasMLPClassifier((units,), l2=0.01, epochs=4, random_state=units)
        with skkeras.fused():
            return cross_val_score(model, X, y, cv=3)

    sizes = [3, 3, 6]
    for mine, units in zip(together(scores, sizes), sizes, strict=True):
        assert_allclose(mine, scores(units))
