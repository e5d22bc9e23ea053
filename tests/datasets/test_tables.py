"""The tables are the published ones, bit for bit and in their published statistics."""

import hashlib
import subprocess
import sys
from importlib import resources

import numpy as np
import pandas as pd
import pytest
import sklearn.datasets
from sklearn.linear_model import LinearRegression

from skkeras import datasets
from skkeras.datasets import load_boston, load_iris, load_pima

SHA256 = {
    "pima.csv": "80cf8121bde9c301a96866466e6d23e7ba5db9fb0cd58dde5297eb6ec1d3218f",
    "boston.csv": "dabe774132cf1f35464a048f213b1d4f39f64ad9efb1157d64d457702f72e19b",
}
PIMA_MEANS = [3.845, 120.895, 69.105, 20.536, 79.799, 31.993, 0.472, 33.241]
BOSTON_MEANS = [
    *[3.614, 11.364, 11.137, 0.069, 0.555, 6.285, 68.575],
    *[3.795, 9.549, 408.237, 18.456, 356.674, 12.653],
]
NOT_MEASURED = {
    "glucose": 5,
    "blood_pressure": 35,
    "skin_thickness": 227,
    "insulin": 374,
    "bmi": 11,
}


@pytest.mark.parametrize(("filename", "digest"), SHA256.items())
def test_file_is_the_published_one(filename, digest):
    content = resources.files(datasets).joinpath(filename).read_bytes()
    assert hashlib.sha256(content).hexdigest() == digest


@pytest.mark.parametrize(
    ("load", "shape", "means", "target_mean"),
    [
        (load_pima, (768, 8), PIMA_MEANS, 268 / 768),
        (load_boston, (506, 13), BOSTON_MEANS, 22.533),
    ],
)
def test_shape_and_means(load, shape, means, target_mean):
    X, y = load(return_X_y=True)
    assert X.shape == shape
    assert X.dtype == np.float64
    assert y.shape == shape[:1]
    np.testing.assert_allclose(X.mean(axis=0), means, atol=5e-4)
    assert y.mean() == pytest.approx(target_mean, abs=5e-4)


def test_pima_classes():
    pima = load_pima()
    assert np.bincount(pima.target).tolist() == [500, 268]
    assert pima.target_names.tolist() == ["no diabetes", "diabetes"]


def test_pima_zeros_become_nan_only_where_zero_means_missing():
    zeros = load_pima(as_frame=True).data
    missing = load_pima(zeros_as_missing=True, as_frame=True).data
    counts = missing.isna().sum()
    assert counts[counts > 0].to_dict() == NOT_MEASURED
    pd.testing.assert_frame_equal(missing.fillna(0.0), zeros)
    assert (zeros["pregnancies"] == 0).sum() == 111


def test_boston_least_squares_fit_is_the_published_one():
    X, y = load_boston(return_X_y=True)
    assert LinearRegression().fit(X, y).score(X, y) == pytest.approx(0.7406, abs=5e-5)
    assert (y == 50).sum() == 16


def test_drop_b_leaves_out_b_and_nothing_else():
    full, dropped = load_boston(as_frame=True), load_boston(drop_b=True, as_frame=True)
    assert dropped.feature_names == [n for n in full.feature_names if n != "b"]
    pd.testing.assert_frame_equal(dropped.frame, full.frame.drop(columns="b"))
    assert load_boston(drop_b=True).data.shape == (506, 12)


@pytest.mark.parametrize("load", [load_pima, load_boston])
def test_bunch_is_laid_out_as_scikit_learn_does(load):
    ours, theirs = load(), sklearn.datasets.load_iris()
    assert set(ours) == set(theirs)
    assert ours.frame is None
    assert ours.data_module == "skkeras.datasets"
    assert resources.files(ours.data_module).joinpath(ours.filename).is_file()


@pytest.mark.parametrize("load", [load_pima, load_boston])
def test_as_frame_holds_the_same_values(load):
    arrays, frames = load(), load(as_frame=True)
    assert list(frames.data.columns) == frames.feature_names
    np.testing.assert_array_equal(frames.data.to_numpy(), arrays.data)
    np.testing.assert_array_equal(frames.target.to_numpy(), arrays.target)
    pd.testing.assert_frame_equal(frames.frame, frames.data.join(frames.target))
    X, y = load(return_X_y=True, as_frame=True)
    pd.testing.assert_frame_equal(X, frames.data)
    pd.testing.assert_series_equal(y, frames.target)


@pytest.mark.parametrize("load", [load_pima, load_boston])
def test_description_names_every_column_and_the_licence(load):
    bunch = load(as_frame=True)
    for column in bunch.frame.columns:
        assert f"\n{column} " in bunch.DESCR
    assert "Licence" in bunch.DESCR
    assert "Known problems" in bunch.DESCR


def test_iris_is_scikit_learns():
    assert load_iris is sklearn.datasets.load_iris


def test_loading_does_not_import_tensorflow():
    code = (
        "import sys; from skkeras.datasets import load_pima; load_pima();"
        "sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
