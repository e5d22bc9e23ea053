"""pandas in, names kept, metadata routed, shown in a notebook."""

import numpy as np
import pandas as pd
import pytest
import sklearn
from other_versions import needs_routing_to_scores_of_pipelines
from sklearn.model_selection import cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skkeras import KerasClassifier, KerasMLPClassifier, KerasMLPRegressor


@pytest.fixture(scope="module")
def frame(binary):
    X, y = binary
    X = pd.DataFrame(X, columns=["a", "b", "c", "d"])
    return X, pd.Series(np.array(["no", "yes"])[y], dtype="category")


def test_columns_are_remembered_and_checked(frame):
    X, y = frame
    classifier = KerasMLPClassifier((4,), l2=0.01, epochs=1).fit(X, y)
    np.testing.assert_array_equal(classifier.feature_names_in_, ["a", "b", "c", "d"])
    assert set(classifier.predict(X)) <= {"no", "yes"}
    with pytest.raises(ValueError, match="feature names should match"):
        classifier.predict(X[["b", "a", "c", "d"]])
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        classifier.predict(X.to_numpy())


@pytest.mark.parametrize("dtype", ["str", "object", "category"])
def test_labels_of_any_kind(frame, dtype):
    X, y = frame
    classifier = KerasMLPClassifier((4,), l2=0.01, epochs=1).fit(X, y.astype(dtype))
    np.testing.assert_array_equal(classifier.classes_, ["no", "yes"])


def test_boolean_labels_come_back_boolean(frame):
    X, y = frame
    classifier = KerasMLPClassifier((4,), l2=0.01, epochs=1).fit(X, y == "yes")
    assert classifier.predict(X).dtype == bool


def test_pandas_output_of_a_scaler_passes_through(frame):
    X, y = frame
    pipeline = make_pipeline(
        StandardScaler(), KerasMLPClassifier((4,), l2=0.01, epochs=1)
    )
    pipeline.set_output(transform="pandas").fit(X, y)
    assert list(pipeline[-1].feature_names_in_) == ["a", "b", "c", "d"]


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
def test_predictions_have_the_float_type_of_x(regression, dtype):
    X, y = regression
    X = (10 * X).astype(dtype)
    predicted = KerasMLPRegressor((4,), l2=0.01, epochs=1).fit(X, y).predict(X)
    assert predicted.dtype == (np.float32 if dtype is np.float32 else np.float64)


@needs_routing_to_scores_of_pipelines
def test_weights_are_routed_through_a_pipeline(frame):
    X, y = frame
    with sklearn.config_context(enable_metadata_routing=True):
        classifier = KerasMLPClassifier(
            (4,), learning_rate=0.05, l2=0.01, epochs=30, random_state=0
        )
        classifier.set_fit_request(sample_weight=True)
        classifier.set_score_request(sample_weight=True)
        pipeline = make_pipeline(
            StandardScaler().set_fit_request(sample_weight=False), classifier
        )
        weight = np.where(y == "yes", 1.0, 0.0)
        result = cross_validate(
            pipeline, X, y, cv=2, params={"sample_weight": weight}, error_score="raise"
        )
    np.testing.assert_array_equal(result["test_score"], 1)


def test_notebooks_show_the_parameters(compiled):
    html = KerasClassifier(compiled, epochs=7, units=12)._repr_html_()
    assert "KerasClassifier" in html
    assert "epochs" in html
    assert "units=12" in repr(KerasClassifier(compiled, units=12))
