"""What cannot be exported is refused by name, and leaves no file."""

import sys

import keras
import numpy as np
import pandas as pd
import pytest
from keras import layers
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import NotFittedError
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    PowerTransformer,
    SplineTransformer,
    StandardScaler,
)

import skkeras
from skkeras import KerasClassifier, KerasMLPClassifier, KerasMLPRegressor
from skkeras.exporting import export as package_export
from skkeras.preprocessing import MultiHotEncoder, TableEncoder

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]
SMALL = {"epochs": 1, "random_state": 0, "hidden_layer_sizes": (4,), "l2": 0.01}
RNG = np.random.default_rng(0)
X = pd.DataFrame(RNG.normal(size=(40, 3)), columns=["a", "b", "c"])
Y = (X["a"] > 0).astype(int).to_numpy()


class OwnEncoder(KerasMLPClassifier):
    @property
    def feature_encoder(self):
        return FunctionTransformer(np.abs)


def of_words():
    return pd.DataFrame({"word": ["", "b", "c", "b"] * 10, "number": np.arange(40)})


def lambda_net(meta):
    return keras.Sequential(
        [
            keras.Input((3,)),
            layers.Dense(2),
            layers.Lambda(keras.ops.log1p),
            layers.Dense(1, "sigmoid"),
        ]
    )


def with_gaps():
    return X.where(RNG.random(X.shape) > 0.1)


CASES = {
    "knnimputer.*KNNImputer": (
        lambda: make_pipeline(KNNImputer(), KerasMLPClassifier(**SMALL)),
        with_gaps,
    ),
    "splinetransformer.*SplineTransformer": (
        lambda: make_pipeline(
            StandardScaler(), SplineTransformer(), KerasMLPClassifier(**SMALL)
        ),
        lambda: X,
    ),
    "functiontransformer": (
        lambda: make_pipeline(
            FunctionTransformer(np.arctan), KerasMLPClassifier(**SMALL)
        ),
        lambda: X,
    ),
    "add_indicator": (
        lambda: make_pipeline(
            SimpleImputer(add_indicator=True), KerasMLPClassifier(**SMALL)
        ),
        with_gaps,
    ),
    "feature_encoder": (lambda: OwnEncoder(**SMALL), lambda: X),
    "empty word": (
        lambda: make_pipeline(
            TableEncoder(min_frequency=1), KerasMLPClassifier(**SMALL)
        ),
        of_words,
    ),
    "time zone": (
        lambda: make_pipeline(TableEncoder(), KerasMLPClassifier(**SMALL)),
        lambda: pd.DataFrame(
            {"at": pd.date_range("2020", periods=40, tz="Europe/Vienna")}
        ),
    ),
    "Log1p": (
        lambda: KerasClassifier(
            lambda_net, loss="binary_crossentropy", verbose=0, random_state=0
        ),
        lambda: X,
    ),
    # skl2onnx takes the nearest step where scikit-learn interpolates.
    "probabilities of row": (
        lambda: make_pipeline(
            StandardScaler(),
            CalibratedClassifierCV(
                KerasMLPClassifier(**SMALL), cv=2, method="isotonic"
            ),
        ),
        lambda: X,
    ),
    "PowerTransformer": (
        lambda: TransformedTargetRegressor(
            KerasMLPRegressor(**SMALL), transformer=PowerTransformer()
        ),
        lambda: X,
    ),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("says", CASES)
def test_refused(says, tmp_path):
    make, rows = CASES[says]
    rows = rows()
    path = tmp_path / "model.onnx"
    model = make().fit(rows, Y)
    with pytest.raises(ValueError, match=f"cannot be exported.*{says}|{says}"):
        skkeras.export(model, path, rows)
    assert not path.exists()


def test_sequences_of_any_length(tmp_path):
    texts = [[1, 2], [0], [2, 2]] * 5
    model = make_pipeline(MultiHotEncoder(), KerasMLPClassifier(**SMALL))
    model.fit(texts, [0, 1, 1] * 5)
    with pytest.raises(ValueError, match=r"MultiHotEncoder|multihotencoder"):
        skkeras.export(model, tmp_path / "model.onnx", np.ones((3, 2)))


def test_not_fitted(tmp_path):
    with pytest.raises(NotFittedError):
        skkeras.export(KerasMLPClassifier(), tmp_path / "model.onnx", X)


def test_a_wrong_file_is_not_written(tmp_path, monkeypatch):
    """The proof looks at what the file gives: here at that of other weights."""
    import onnx

    from skkeras.exporting import keras_steps

    convert = keras_steps.net_as_onnx

    def disturbed(model):
        net = convert(model)
        for array in net.graph.initializer:
            if array.data_type == onnx.TensorProto.FLOAT:
                values = onnx.numpy_helper.to_array(array) + np.float32(0.01)
                array.CopyFrom(onnx.numpy_helper.from_array(values, array.name))
        return net

    monkeypatch.setattr(keras_steps, "net_as_onnx", disturbed)
    path = tmp_path / "model.onnx"
    path.write_bytes(b"before")
    model = KerasMLPClassifier(**SMALL).fit(X, Y)
    with pytest.raises(ValueError, match=r"probabilities of row 0 is .* in place of"):
        skkeras.export(model, path, X)
    assert path.read_bytes() == b"before"


def test_missing_package(tmp_path, monkeypatch):
    model = KerasMLPClassifier(**SMALL).fit(X, Y)
    monkeypatch.setitem(sys.modules, "tf2onnx", None)
    with pytest.raises(ImportError, match=r"skkeras\[onnx\]"):
        skkeras.export(model, tmp_path / "model.onnx", X)


def test_public_name():
    assert skkeras.export is package_export
