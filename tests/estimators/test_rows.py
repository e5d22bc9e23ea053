import numpy as np
import pytest
from scipy import sparse

from skkeras.estimators.data.rows import Rows
from skkeras.estimators.data.weights import of_mean_one, weighted_rows

X = np.arange(8.0).reshape(4, 2)
Y = np.arange(4)


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_array, lambda x: {"a": x}])
def test_rows_are_taken_together(kind):
    taken = Rows(kind(X), Y, Y * 0.5).take(np.array([2, 0]))
    features = taken.X["a"] if isinstance(taken.X, dict) else taken.X
    dense = features.toarray() if sparse.issparse(features) else features
    assert dense.tolist() == [[4.0, 5.0], [0.0, 1.0]]
    assert (taken.y.tolist(), taken.sample_weight.tolist()) == ([2, 0], [1.0, 0.0])


def test_rows_of_weight_zero_are_left_out_and_do_not_count_in_the_mean():
    rows = of_mean_one(weighted_rows(Rows(X, Y, np.array([0.0, 1.0, 2.0, 3.0]))))
    assert rows.y.tolist() == [1, 2, 3]
    assert rows.sample_weight.tolist() == [0.5, 1.0, 1.5]


def test_rows_without_weights_stay_as_they_are():
    rows = Rows(X, Y)
    assert of_mean_one(weighted_rows(rows)) is rows
