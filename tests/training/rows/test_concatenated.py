"""How rows of many fits lie in memory: those that fits share lie there once."""

import gc
from dataclasses import replace
from unittest import mock

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.testing import assert_allclose, assert_array_equal

from skkeras import training
from skkeras.training import BuiltModel, Job, train
from skkeras.training.population import population
from skkeras.training.rows import concatenated, shared_rows
from skkeras.training.rows.concatenated import ConcatenatedRows

RNG = np.random.default_rng(0)
X = RNG.normal(size=(203, 5)).astype("float32")
Y = X[:, :1] + X[:, 1:2] * X[:, 2:3]
N_FOLDS = 4
TRAINING_ROWS = [np.flatnonzero(np.arange(len(X)) % N_FOLDS != f) for f in range(4)]


def net(activation, seed):
    start = keras.initializers.GlorotUniform(seed)
    layers = [
        keras.layers.Dense(6, activation, kernel_initializer=start),
        keras.layers.Dense(1, kernel_initializer=start),
    ]
    model = keras.Sequential([keras.Input((5,)), *layers])
    model.compile("adam", "mse")
    return model


def jobs_of_folds(activation, select):
    jobs = []
    for number, rows in enumerate(TRAINING_ROWS):
        data = (
            {"x": X, "y": Y, "rows": rows} if select else {"x": X[rows], "y": Y[rows]}
        )
        model = BuiltModel(net(activation, number))
        jobs.append(Job(model, **data, epochs=3, batch_size=16, seed=number % 2))
    return jobs


def trained(jobs):
    """Train jobs; return what their populations laid out."""
    laid_out = []

    def of(*arguments):
        laid_out.append(ConcatenatedRows.of(*arguments))
        return laid_out[-1]

    with mock.patch.object(population, "ConcatenatedRows", mock.Mock(of=of)):
        results = train(jobs)
    assert {result.training.engine for result in results} == {"fused"}
    return laid_out


@pytest.mark.in_turn
@pytest.mark.parametrize("at_once", [1 << 18, 64])
def test_fits_of_folds_share_rows_and_are_trained_as_on_their_own(at_once, monkeypatch):
    monkeypatch.setattr(concatenated, "_ORDERED_AT_ONCE", at_once)
    selecting, taking = (jobs_of_folds("tanh", select) for select in (True, False))
    laid_out = trained(selecting)
    train(taking)
    for mine, reference in zip(selecting, taking, strict=True):
        for a, b in zip(mine.model.variables, reference.model.variables, strict=True):
            assert_allclose(a.numpy(), b.numpy(), rtol=1e-5, atol=1e-6)
    for rows in laid_out:
        assert len(rows.arrays[0]) == shared_rows.bucket(len(X))
        assert not rows.offsets.any()


@pytest.mark.in_turn
def test_populations_of_the_same_rows_have_one_copy_of_them():
    jobs = [*jobs_of_folds("relu", True), *jobs_of_folds("sigmoid", True)]
    first, *others = trained(jobs)
    assert others
    for rows in others:
        for a, b in zip(rows.arrays, first.arrays, strict=True):
            assert a.ctypes.data == b.ctypes.data


def test_fits_that_visit_many_rows_alike_share_their_orders(monkeypatch):
    monkeypatch.setattr(concatenated, "_ORDERED_AT_ONCE", 64)
    rows = TRAINING_ROWS[0]
    jobs = [
        Job(BuiltModel(net("elu", i)), X, Y, rows=rows, batch_size=16, seed=i // 2)
        for i in range(4)
    ]
    numbers = [laid_out.n_orders for laid_out in trained(jobs)]
    assert sum(numbers) == 2


@pytest.mark.in_turn
def test_what_nobody_trains_on_any_more_is_given_back():
    trained(jobs_of_folds("softplus", True))
    gc.collect()  # of what stands in a circle
    assert not [key for key in shared_rows._in_use if len(key[0]) == 1]


def test_jobs_keep_the_arrays_that_they_are_given():
    """Keras's adapter copies each; of a large table there would be one a job."""
    given = []

    def of(leaves, *others):
        given.extend(leaves)
        return ConcatenatedRows.of(leaves, *others)

    jobs = jobs_of_folds("gelu", True)
    with mock.patch.object(population, "ConcatenatedRows", mock.Mock(of=of)):
        train(jobs)
    assert {tuple(map(id, leaves)) for leaves in given} == {(id(X), id(Y))}


@pytest.mark.in_turn
def test_rows_laid_out_before_are_not_copied_again():
    jobs = jobs_of_folds("selu", True)
    rows = training.lay_out(X)
    assert_array_equal(rows, X)
    for laid_out in trained([replace(job, x=rows) for job in jobs]):
        assert laid_out.arrays[0].ctypes.data == rows.ctypes.data
    assert_array_equal(rows, X)


@given(
    array=arrays(
        dtype=st.sampled_from(["float32", "float64", "int32", "bool"]),
        shape=array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=40),
    )
)
def test_rows_laid_out_are_the_same_and_lie_once_as_long_as_they_are_used(array):
    rows = training.lay_out(array)
    assert_array_equal(rows, array)
    assert rows.dtype == array.dtype
    again = training.lay_out(array.copy())
    assert again.ctypes.data == rows.ctypes.data
    key, shape = shared_rows.digest(array), rows.shape
    del again
    assert key in {keys[0][1] for keys, *_ in shared_rows._in_use}
    assert shape == array.shape
    del rows
    assert key not in {keys[0][1] for keys, *_ in shared_rows._in_use}
