"""Tasks are cut, packed and run elsewhere without anything being lost or doubled."""

import pickle
import threading

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st

from skkeras.fusion import chunks

counts = st.integers(1, 300)


@given(n_tasks=counts, n_workers=counts, most=counts)
def test_chunks_are_equal_and_as_many_as_workers(n_tasks, n_workers, most):
    parts = [range(n_tasks)[part] for part in chunks.cut(n_tasks, n_workers, most)]
    assert [number for part in parts for number in part] == list(range(n_tasks))
    sizes = {len(part) for part in parts}
    assert max(sizes) - min(sizes) <= 1
    assert min(sizes) >= 1
    assert max(sizes) <= most
    # No more than it takes.
    assert len(parts) == max(min(n_workers, n_tasks), int(np.ceil(n_tasks / most)))


def returned(*args, **kwargs):
    return args, kwargs


def through(*calls, max_members=None):
    chunk = chunks.pack([(returned, *call) for call in calls], max_members)
    results = chunks.results_of(chunks.run(chunk.tasks, *chunk.tables), {})
    return chunk, results


LARGE = np.arange(20_000.0).reshape(-1, 4)
TABLES = {
    "array": LARGE,
    "columns first": np.asfortranarray(LARGE),
    "frame": pd.DataFrame(LARGE, columns=list("abcd")),
    "words": pd.DataFrame({"a": ["x", None, "z"] * 5}),
    "series": pd.Series(LARGE[:, 0]),
    "sparse": scipy.sparse.csr_array(LARGE),
    "sparse matrix": scipy.sparse.csc_matrix(LARGE),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_travels_once(name):
    table = TABLES[name]
    chunk, results = through(
        *[((n, {"deep": [table]}), {"X": table}) for n in range(9)]
    )
    assert [id(each) for each in chunk.tables] == [id(table)]
    assert len(chunk.tasks) < 10_000
    for number, ((n, deep), kwargs) in enumerate(results):
        assert n == number
        for found in (deep["deep"][0], kwargs["X"]):
            assert type(found) is type(table)
            difference = found != table
            if name != "words":
                assert np.asarray(difference.sum()).sum() == 0
            else:
                pd.testing.assert_frame_equal(found, table)


def test_small_arrays_and_objects_travel_with_the_tasks():
    words = np.array(["a", None, 3] * 20_000, dtype=object)
    chunk, results = through(((words, LARGE[:3]), {}), ((words,), {}))
    assert chunk.tables == []
    np.testing.assert_array_equal(results[0][0][0], words)
    np.testing.assert_array_equal(results[0][0][1], LARGE[:3])


def test_functions_made_on_the_spot_travel():
    offset = 3
    chunk = chunks.pack([(lambda n: n + offset, (n,), {}) for n in range(3)], None)
    assert chunks.results_of(chunks.run(chunk.tasks), {}) == [3, 4, 5]


def test_what_cannot_travel_is_refused():
    with pytest.raises(pickle.PicklingError, match=r"sent to other processes.*lock"):
        chunks.pack([(returned, (threading.Lock(),), {})], None)


def test_a_result_that_cannot_travel_is_an_error():
    chunk = chunks.pack([(threading.Lock, (), {})], None)
    with pytest.raises(TypeError, match="lock"):
        chunks.results_of(chunks.run(chunk.tasks), {})
