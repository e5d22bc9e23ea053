"""Columns that are no numbers, and numbers that are too large for a perceptron."""

import datetime

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skkeras import KerasClassifier, KerasMLPClassifier, KerasMLPRegressor
from skkeras.datasets import load_boston, load_iris, load_pima

TIMES = {
    "datetime": pd.date_range("2020", periods=120),
    "with zone": pd.date_range("2020", periods=120, tz="UTC"),
    "timedelta": pd.to_timedelta(np.arange(120), unit="D"),
    "period": pd.period_range("2020", periods=120, freq="D"),
}


@pytest.fixture
def frame(binary):
    X, y = binary
    return pd.DataFrame(X, columns=list("abcd")), y


@pytest.mark.parametrize("kind", TIMES)
def test_dates_and_times_are_named(frame, compiled, kind):
    X, y = frame
    fitted = KerasMLPClassifier((4,), l2=0.01, epochs=1).fit(X, y)
    X = X.assign(**{"a": TIMES[kind], "c": TIMES[kind]})
    for call in (
        KerasMLPClassifier().fit,
        KerasClassifier(compiled, verbose=0).fit,
        lambda X, y: fitted.predict(X),
    ):
        with pytest.raises(ValueError, match=r"dates or times: 'a' \(.*'c' .*numbers"):
            call(X, y)
    with pytest.raises(ValueError, match="dates or times: 'a'"):
        KerasMLPClassifier().fit(X[["a"]], y)


def test_an_array_of_dates_is_refused(binary):
    _, y = binary
    X = np.array(TIMES["datetime"].to_numpy()).reshape(-1, 1)
    with pytest.raises(ValueError, match=r"dates or times: 'X' \(datetime64"):
        KerasMLPClassifier().fit(X, y)


WORDS = {
    "object": np.array(["x", "y"] * 60, dtype=object),
    "str": pd.array(["x", "y"] * 60, dtype="str"),
    "category": pd.Categorical(["x", "y"] * 60),
    "dates as objects": [datetime.date(2020, 1, 1)] * 120,
}


@pytest.mark.parametrize("kind", WORDS)
def test_words_are_named_with_what_to_do(frame, kind):
    X, y = frame
    fitted = KerasMLPClassifier((4,), l2=0.01, epochs=1).fit(X, y)
    X = X.assign(b=WORDS[kind])
    for call in (KerasMLPClassifier().fit, lambda X, y: fitted.predict(X)):
        with pytest.raises(
            (TypeError, ValueError),
            match=r"not numbers: 'b' \(.*\n?.*OneHotEncoder.*\['b'\].*TableVectorizer",
        ):
            call(X, y)


def test_words_in_an_input_of_several_are_named(frame):
    X, y = frame
    named = {"left": X[["a"]], "right": X.assign(b=WORDS["str"])[["b"]]}
    with pytest.raises(ValueError, match="not numbers: 'b'"):
        KerasClassifier(lambda: None, verbose=0).fit(named, y)


def test_numbers_of_any_kind_pass(frame):
    X, y = frame
    X = X.assign(
        a=X["a"].astype("Float64"),
        b=(X["b"] > 0),
        c=[str(v) for v in range(120)],
        d=pd.Categorical(np.arange(120) % 3),
    )
    KerasMLPClassifier((4,), l2=0.01, epochs=1).fit(X, y).predict(X)


def test_other_errors_stay_as_they_are(frame):
    X, y = frame
    with pytest.raises(ValueError, match=r"^Input X contains NaN") as caught:
        KerasMLPClassifier().fit(X.assign(a=np.nan), y)
    assert "not numbers" not in str(caught.value)


@pytest.mark.parametrize("kind", [KerasMLPClassifier, KerasMLPRegressor])
@pytest.mark.parametrize("large", [{"b": 1e6}, {"b": 1e5, "d": 1e9}])
def test_features_of_a_large_scale_are_named_once(frame, kind, large):
    X, y = frame
    X = X.assign(**{name: X[name] * scale for name, scale in large.items()})
    shown = ", ".join(map(repr, large))
    with pytest.warns(UserWarning, match=rf"^Columns {shown} of X .*Scaler") as caught:
        net = kind((4,), epochs=1).fit(X, y)
    assert sum(w.category is UserWarning for w in caught) == 1
    net.partial_fit(X, y)


@pytest.mark.parametrize("as_given", [np.asarray, sparse.csr_matrix])
def test_features_without_names_are_numbered(binary, as_given):
    X, y = binary
    with pytest.warns(UserWarning, match="^Columns 2 of X"):
        KerasMLPClassifier((4,), l2=0.01, epochs=1).fit(as_given(X * [1, 1, 1e6, 1]), y)


def test_ordinary_tables_pass(frame):
    """Without a warning, which would be an error."""
    X, y = frame
    for load in (load_iris, load_pima, load_boston):
        KerasMLPRegressor((4,), l2=0.01, epochs=1).fit(*load(return_X_y=True))
    scaled = make_pipeline(
        StandardScaler(), KerasMLPClassifier((4,), l2=0.01, epochs=1)
    )
    scaled.fit(X * [1, 1e9, 1e-9, 1e6], y)
    weight = np.ones(len(y))
    spoilt, weight[0] = X.to_numpy().copy(), 0
    spoilt[0] = 1e9
    KerasMLPClassifier((4,), l2=0.01, epochs=1).fit(spoilt, y, sample_weight=weight)
