"""Fitted models in MLflow, with all that is known of how they were trained."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from contextlib import nullcontext
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import keras

from skkeras.estimators.saving.pipeline_file import harmless_types
from skkeras.inner_estimator import inner_estimator

if TYPE_CHECKING:
    from mlflow.models.model import ModelInfo  # pyright: ignore[reportMissingImports]

_LISTS_OF_STEPS = ("steps", "transformers", "transformer_list", "estimators")
_LONGEST = 500  # characters of a parameter's value, which any of MLflow's stores takes
_MOST_METRICS = 1000  # that MLflow takes at once


def log_to_mlflow(
    model: Any,
    X: Any,
    *,
    comparison: Any = None,
    name: str = "model",
    **options: Any,
) -> ModelInfo:
    """Log a fitted model to MLflow's active run, or to one of its own.

    Logged are the parameters; the loss and the metrics of each epoch, and which engine
    trained, where the model is built around one net; the report of a comparison; and
    the model, without pickle, with its signature and five rows of ``X`` as an example.
    ``mlflow.sklearn.load_model`` and ``mlflow.pyfunc.load_model`` load it.

    Parameters
    ----------
    model : estimator
        Fitted: a pipeline, a search, or an estimator alone.
    X : {array-like, DataFrame} of shape (n_samples, n_features)
        Rows that it can predict.
    comparison : skkeras.report.Comparison, default=None
        Whose report becomes the folder ``report`` of the run.
    name : str, default="model"
        Of the model in the run.
    **options : dict
        As ``mlflow.sklearn.log_model`` takes them, such as ``registered_model_name``;
        ``skops_trusted_types`` for steps that :func:`skkeras.load` would refuse.

    Returns
    -------
    mlflow.models.model.ModelInfo
        With the ``model_uri`` that loads it.

    Raises
    ------
    ImportError
        Without MLflow: ``skkeras[mlflow]``.
    ValueError
        When a step is of a type that is not known to be harmless.

    See Also
    --------
    skkeras.save : A file without MLflow.

    Examples
    --------
    Where MLflow is installed::

        with mlflow.start_run():
            log_to_mlflow(model.fit(X, y), X)
    """
    mlflow = _mlflow()
    types = options.pop("skops_trusted_types", None)
    trusted = harmless_types(model) if types is None else types
    active = mlflow.active_run()
    with nullcontext(active) if active else mlflow.start_run() as run:
        mlflow.log_params(_parameters(model))
        net = inner_estimator(model)
        _log_epochs(mlflow, run.info.run_id, getattr(net, "history_", {}))
        if training := getattr(net, "training_", None):
            tags = {"engine": training.engine, "reason": training.reason}
            mlflow.set_tags({f"skkeras.{k}": v for k, v in tags.items() if v})
        if comparison is not None:
            with tempfile.TemporaryDirectory() as folder:
                comparison.save(folder)
                mlflow.log_artifacts(folder, "report")
        given = {
            "signature": mlflow.models.infer_signature(X, model.predict(X)),
            "input_example": X[:5],
            "pip_requirements": _requirements(),
        }
        return mlflow.sklearn.log_model(
            model,
            name=name,
            serialization_format="skops",
            skops_trusted_types=trusted,
            **given | options,
        )


def _parameters(model):
    """Return the parameters that are no steps with parameters of their own."""
    return {
        name: getattr(value, "__qualname__", repr(value))[:_LONGEST]
        for name, value in model.get_params().items()
        if not hasattr(value, "get_params")
        and name.rpartition("__")[2] not in _LISTS_OF_STEPS
    }


def _log_epochs(mlflow, run_id, history: Mapping[str, list[float]]):
    now = int(1000 * time.time())
    metrics = [
        mlflow.entities.Metric(name, float(value), now, step)
        for name, values in history.items()
        for step, value in enumerate(values, 1)
    ]
    for first in range(0, len(metrics), _MOST_METRICS):
        some = metrics[first : first + _MOST_METRICS]
        mlflow.MlflowClient().log_batch(run_id, metrics=some)


def _requirements():
    names = ["skkeras", "scikit-learn", "keras", keras.backend.backend(), "skops"]
    return [f"{name}=={version(name)}" for name in names]


def _mlflow():
    try:
        import mlflow.models  # pyright: ignore[reportMissingImports]
        import mlflow.sklearn  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise ImportError(
            "log_to_mlflow needs MLflow: pip install 'skkeras[mlflow]'"
        ) from error
    return mlflow


__all__ = ["log_to_mlflow"]
