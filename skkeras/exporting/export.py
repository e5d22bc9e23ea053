"""A fitted model as one ONNX file, which is proven before it is written."""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager
from typing import Any

import numpy as np
from sklearn.base import is_classifier
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from skkeras.training import check_not_forked
from skkeras.whole_files import writing_whole


def export(model: Any, path: str | os.PathLike[str], X: Any) -> None:
    """Write a fitted model or pipeline as one ONNX file that predicts the same.

    scikit-learn's steps are converted by skl2onnx, the net by Keras's own exporter,
    and what is around it (encoding of tables, labels, probabilities, targets in their
    unit) by skkeras. Then ONNX Runtime predicts for the sample rows, and the file is
    only written if it gives what the model gives.

    Parameters
    ----------
    model : estimator
        Fitted: one of skkeras's estimators, or what scikit-learn builds around them,
        such as a :class:`~sklearn.pipeline.Pipeline`, a search or a
        :class:`~sklearn.compose.TransformedTargetRegressor`.
    path : str or os.PathLike
        The file; one that is there is replaced, at once and as a whole.
    X : {DataFrame, array-like} of shape (n_samples, n_features, ...) or dict
        Sample rows, such as some of those that were trained on. They say what the
        file's inputs are called and of what type they are, and all of them are
        predicted, to prove the file: take rows with gaps and rare categories.

    Raises
    ------
    ValueError
        Where a step has no counterpart in ONNX, with its name and the reason; where
        the file would predict something else for a sample row.
    ImportError
        Without the packages of ``skkeras[onnx]``.

    Notes
    -----
    A table has an input of shape (n_samples, 1) for each column, of its name: words
    are strings, ``""`` where one is missing; numbers are what NumPy has them in, NaN
    where one is missing; dates are microseconds since 1970 in int64, the least of
    all numbers where one is missing. An array is the one input ``X``.

    Classifiers give ``label`` and ``probabilities``, or ``scores`` where the loss gives
    no probabilities; regressors give ``prediction``; transformers give ``features``.
    An output of a column's name is called ``predicted_label`` and so on.
    Shapes are those of ``predict`` and ``predict_proba``. Labels are int64 or
    strings.

    Probabilities and scores agree to 1e-5, predictions to 1e-5 of the largest, and
    labels are equal but where classes are as close to each other as that.

    Examples
    --------
    >>> import os, tempfile
    >>> import skkeras
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> X, y = load_iris(return_X_y=True, as_frame=True)
    >>> net = skkeras.KerasMLPClassifier(epochs=2, random_state=0)
    >>> model = make_pipeline(StandardScaler(), net).fit(X, y)
    >>> path = os.path.join(tempfile.mkdtemp(), "iris.onnx")
    >>> skkeras.export(model, path, X)
    >>> import onnxruntime
    >>> session = onnxruntime.InferenceSession(path)
    >>> [given.name for given in session.get_inputs()][:2]
    ['sepal length (cm)', 'sepal width (cm)']
    >>> [found.name for found in session.get_outputs()]
    ['label', 'probabilities']
    """
    check_not_forked()
    check_is_fitted(model)
    with _settings_kept():
        _check_packages()
        content = as_onnx(model, X)
    with writing_whole(path) as file:
        file.write(content)


@contextmanager
def _settings_kept():
    """Undo what tf2onnx changes in the process as it is imported."""
    logger, variable = logging.getLogger("absl"), "TF_CPP_MIN_LOG_LEVEL"
    level, value = logger.level, os.environ.get(variable)
    try:
        yield
    finally:
        logger.setLevel(level)
        os.environ.pop(variable, None)
        if value is not None:
            os.environ[variable] = value


def _check_packages():
    try:
        import onnx  # noqa: F401
        import onnxruntime  # noqa: F401
        import skl2onnx  # noqa: F401
        import tf2onnx  # noqa: F401
    except ImportError as error:
        raise ImportError(
            f"skkeras.export needs {error.name}: pip install 'skkeras[onnx]'"
        ) from error


def as_onnx(model: Any, X: Any) -> bytes:
    """Return a fitted model as an ONNX model that predicts the same for sample rows.

    Parameters
    ----------
    model : estimator
        Fitted.
    X : {DataFrame, array-like, dict}
        As of :func:`export`.

    Returns
    -------
    bytes
    """
    from skkeras.exporting.conversion import NUMBER_TYPES, check_steps
    from skkeras.exporting.doors import doors_for

    check_steps(model)
    doors = doors_for(X)
    expected = predictions_of(model, X, {door.name for door in doors})
    errors = []
    for number in NUMBER_TYPES:
        try:
            return _proven(model, doors, expected, number)
        except Exception as error:  # of any kind, by which library found it
            errors.append(error)
    # What double precision lacks is no reason, if single precision has another.
    error = next((e for e in errors if isinstance(e, ValueError)), errors[-1])
    raise ValueError(_message(model, X, error)) from error


def _proven(model, doors, expected, number):
    from skkeras.exporting.conversion import convert
    from skkeras.exporting.verification import check_alike, run
    from skkeras.exporting.whole_graph import with_doors

    axes = {name: np.ndim(values) for name, values in expected.items()}
    content = with_doors(convert(model, doors, number), doors, axes).SerializeToString()
    check_alike(run(content, doors), expected, _threshold_of(model))
    return content


def _threshold_of(model):
    threshold = getattr(model, "best_threshold_", getattr(model, "threshold", None))
    return threshold if isinstance(threshold, float) else 0.5


def predictions_of(model: Any, X: Any, taken: set[str]) -> dict[str, np.ndarray]:
    """Return what a model predicts, by the names that outputs have in ONNX.

    Parameters
    ----------
    model : estimator
        Fitted.
    X : {DataFrame, array-like, dict}
        Rows.
    taken : set of str
        Names of inputs, which outputs may not have.

    Returns
    -------
    dict of str to ndarray
    """
    if not hasattr(model, "predict"):
        features = model.transform(X)
        features = features.toarray() if hasattr(features, "toarray") else features
        found = {"features": np.asarray(features)}
    elif not is_classifier(model):
        found = {"prediction": np.asarray(model.predict(X))}
    else:
        found = {"label": np.asarray(model.predict(X))}
        if hasattr(model, "predict_proba"):
            found["probabilities"] = np.asarray(model.predict_proba(X))
        elif hasattr(model, "decision_function"):
            found["scores"] = np.asarray(model.decision_function(X))
        else:
            raise ValueError(
                f"{type(model).__name__} has neither predict_proba nor "
                "decision_function, and cannot be exported as ONNX."
            )
    return {f"predicted_{n}" if n in taken else n: v for n, v in found.items()}


def _message(model, X, error):
    reason = " ".join(str(error).split()).rstrip(".")
    if not isinstance(error, ValueError):
        reason = f"{type(error).__name__}: {reason}"
    return (
        f"This {type(model).__name__} cannot be exported as ONNX"
        f"{_where(model, X)}: {reason:.600}."
    )


def _where(model, X):
    """Name the step of a pipeline from which on it cannot be exported."""
    if not isinstance(model, Pipeline):
        return ""
    for n_steps in range(1, len(model.steps)):
        name, step = model.steps[n_steps - 1]
        part = model[:n_steps]
        try:
            as_onnx(part if n_steps > 1 else step, X)
        except Exception:  # whose reason is that of the whole
            return f", because of its step {name!r} ({type(step).__name__})"
    name, step = model.steps[-1]
    return f", because of its step {name!r} ({type(step).__name__})"
