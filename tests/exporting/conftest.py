"""Running exported files, independently of what proves them as they are written."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

PACKAGES = ("onnx", "onnxruntime", "skl2onnx", "tf2onnx")


def pytest_collection_modifyitems(items):
    """Skip what needs the packages of ``skkeras[onnx]`` where one is missing."""
    missing = [name for name in PACKAGES if find_spec(name) is None]
    for item in items:
        if missing and Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.skip(f"without {missing[0]}"))


def feeds_of(session, X):
    """Return rows as the inputs of a file; written by hand, from its declarations."""
    types = {
        "tensor(float)": np.float32,
        "tensor(double)": np.float64,
        "tensor(int64)": np.int64,
        "tensor(bool)": np.bool_,
    }
    feeds = {}
    for entry in session.get_inputs():
        if isinstance(X, np.ndarray):
            values = X
        elif isinstance(X, dict):
            values = X[entry.name]
        else:
            values = column_of(X[entry.name], entry.type)
        if entry.type == "tensor(string)":
            feeds[entry.name] = np.asarray(values, dtype=object)
        else:
            feeds[entry.name] = np.asarray(values).astype(types[entry.type])
    return feeds


def column_of(column, kind):
    if kind == "tensor(string)":
        words = [
            "" if gap else str(v) for v, gap in zip(column, column.isna(), strict=True)
        ]
        return np.array(words, dtype=object)[:, None]
    if column.dtype.kind == "M":
        return column.to_numpy("datetime64[us]").astype(np.int64)[:, None]
    if kind == "tensor(double)":
        return column.to_numpy(float, na_value=np.nan)[:, None]
    return column.to_numpy()[:, None]


@pytest.fixture
def predicted():
    """Return a function from a file and rows to its outputs by name."""

    def predict(path, X):
        import onnxruntime

        session = onnxruntime.InferenceSession(path)
        names = [output.name for output in session.get_outputs()]
        return dict(zip(names, session.run(names, feeds_of(session, X)), strict=True))

    return predict


@pytest.fixture
def check_same(predicted, tmp_path):
    """Return a function that exports a model and compares predictions for rows."""

    def check(model, X, others=None):
        import skkeras

        path = str(tmp_path / "model.onnx")
        skkeras.export(model, path, X)
        X = X if others is None else others
        found = {
            name.removeprefix("predicted_"): values
            for name, values in predicted(path, X).items()
        }
        if "prediction" in found:
            wanted = np.asarray(model.predict(X))
            assert found["prediction"].shape == wanted.shape
            scale = max(1.0, np.abs(wanted).max())
            assert np.abs(found["prediction"] - wanted).max() < 1e-5 * scale
            return found
        if "features" in found:
            np.testing.assert_allclose(
                found["features"], model.transform(X), rtol=0, atol=1e-5
            )
            return found
        if "probabilities" in found:
            scores = model.predict_proba(X)
            assert found["probabilities"].shape == scores.shape
            assert np.abs(found["probabilities"] - scores).max() < 1e-5
        else:
            scores = model.decision_function(X)
            assert found["scores"].shape == scores.shape
            assert np.abs(found["scores"] - scores).max() < 1e-5 * max(
                1, np.abs(scores).max()
            )
        wanted = model.predict(X)
        assert found["label"].shape == wanted.shape
        assert (found["label"].astype(wanted.dtype) == wanted).mean() == 1
        return found

    return check
