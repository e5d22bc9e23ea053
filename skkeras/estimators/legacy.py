"""Names that old tutorials and other packages use, and what they are called today."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import wraps
from inspect import Parameter, signature
from types import ModuleType
from typing import Any, TypeVar

import keras

from skkeras.spelling import nearest

Constructor = TypeVar("Constructor", bound=Callable[..., None])

_A_SCHEDULE = (
    "learning_rate with a schedule from keras.optimizers.schedules, such as "
    "InverseTimeDecay"
)
_AN_INITIALIZER = "kernel_initializer of the factory's layers, routed as model__..."

OF_FIT = {
    "nb_epoch": "epochs",
    "nb_epochs": "epochs",
    "n_epochs": "epochs",
    "samples_per_epoch": "steps_per_epoch",
    "nb_val_samples": "validation_steps",
    "show_accuracy": "metrics=['accuracy'] of the estimator",
    "sample_weight_mode": "sample_weight of fit; weights of time steps are a matrix "
    "for Model.fit of model_",
}

ESTIMATOR_PARAMETERS = OF_FIT | {
    "lr": "optimizer__learning_rate",
    "decay": f"optimizer__{_A_SCHEDULE}",
    "init": _AN_INITIALIZER,
    "init_mode": _AN_INITIALIZER,
    "nb_filter": "filters of the factory's layers, routed as model__...",
    "output_dim": "units of the factory's layers, routed as model__...",
    "class_mode": "loss",
    "target_tensors": "add_loss of a layer in the factory",
    "loss_weights": "compile__loss_weights",
    "weighted_metrics": "compile__weighted_metrics",
}

PERCEPTRON_PARAMETERS = OF_FIT | {
    "lr": "learning_rate",
    "decay": "learning_rate_schedule",
    "init": "kernel_initializer, which a factory around KerasClassifier or "
    "KerasRegressor can set",
    "target_tensors": "add_loss of a layer, which a factory around KerasClassifier or "
    "KerasRegressor can have",
    # Those of sklearn.neural_network.
    "learning_rate_init": "learning_rate",
    "alpha": "l2",
    "solver": "optimizer",
    "max_iter": "epochs",
    "n_iter_no_change": "patience",
    # Those of KerasClassifier.
    "optimizer__learning_rate": "learning_rate",
    "validation_split": "validation_fraction, with early_stopping=True",
}

OPTIMIZER_PARAMETERS = {
    "lr": "learning_rate",
    "decay": _A_SCHEDULE,
    "schedule_decay": "learning_rate with a schedule from keras.optimizers.schedules",
    "clip_norm": "clipnorm",
    "clip_value": "clipvalue",
    "beta1": "beta_1",
    "beta2": "beta_2",
}

METRICS = {
    "fmeasure": "keras.metrics.F1Score",
    "fbeta_score": "keras.metrics.FBetaScore",
    "fscore": "keras.metrics.F1Score",
    "matthews_correlation": "sklearn.metrics.matthews_corrcoef, on predictions",
}

ATTRIBUTES = {
    "predict_classes": "predict",
    "predict_generator": "predict",
    "fit_generator": "fit, which takes a keras.utils.PyDataset",
    "evaluate_generator": "evaluate",
    "train_on_batch": "partial_fit",
    "history": "history_",
    "save_weights": "save, or model_.save_weights",
    "to_json": "model_.to_json",
    "to_yaml": "model_.to_json",
    "layers": "model_.layers",
}

# What a factory may still call layers, models and optimizers with.
_IN_FACTORIES = OPTIMIZER_PARAMETERS | {
    "init": "kernel_initializer",
    "inner_init": "recurrent_initializer",
    "inner_activation": "recurrent_activation",
    "forget_bias_init": "unit_forget_bias",
    "consume_less": "implementation",
    "batch_input_shape": "batch_shape of keras.Input",
    "input_length": "shape of keras.Input",
    "get_output_shape_for": "compute_output_shape",
    "output_dim": "units",
    "nb_filter": "filters",
    "nb_row": "kernel_size",
    "nb_col": "kernel_size",
    "filter_length": "kernel_size",
    "border_mode": "padding",
    "subsample": "strides",
    "subsample_length": "strides",
    "pool_length": "pool_size",
    "dim_ordering": "data_format",
    "bias": "use_bias",
    "p": "rate",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
    "W_regularizer": "kernel_regularizer",
    "U_regularizer": "recurrent_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "U_constraint": "recurrent_constraint",
    "b_constraint": "bias_constraint",
    "class_mode": "loss",
    "period": "save_freq, which counts batches",
    "input": "inputs",
    "output": "outputs",
    "target_tensors": "add_loss of a layer",
    "sample_weight_mode": "sample_weight of fit",
    "merge": "Concatenate, Add and the like, each a layer",
    "Merge": "Concatenate, Add and the like, each a layer",
}
_IN_FACTORIES |= ATTRIBUTES | {"to_yaml": "to_json"}
_MISSING = {"units": "output_dim", "filters": "nb_filter", "rate": "p"}
_MISSING |= {"stddev": "sigma"}
_MISSING |= {"kernel_size": "nb_row and nb_col"}
# Functions of keras.backend that have another name in keras.ops, or none.
_OF_BACKEND = {
    "pow": "keras.ops.power",
    "l2_normalize": "keras.ops.normalize",
    "batch_flatten": "keras.layers.Flatten",
    "dot": "keras.ops.matmul",
    "batch_dot": "keras.ops.matmul",
    "switch": "keras.ops.where",
    "variable": "keras.Variable",
    "get_value": "keras.ops.convert_to_numpy",
    "eval": "keras.ops.convert_to_numpy",
    "set_value": "assign of the variable",
    "int_shape": "shape of the tensor",
    "placeholder": "keras.Input",
    "function": "keras.Model, from inputs to what is looked for",
    "learning_phase": "the argument training of call",
    "random_normal": "keras.random.normal",
    "random_uniform": "keras.random.uniform",
    "set_image_dim_ordering": "keras.config.set_image_data_format",
    "image_dim_ordering": "keras.config.image_data_format",
    "set_session": "skkeras.configure_gpu",
}
_NOT_ACCEPTED = ("recognized", "unexpected keyword", "has no attribute")


def modern_name(name: str, names: Mapping[str, str]) -> str:
    """Suggest the current name for an outdated one.

    Parameters
    ----------
    name : str
        The name that was not accepted.
    names : dict of str to str
        What each outdated name is called today.

    Returns
    -------
    str
        A sentence, or ``""`` when the name was never one.
    """
    return f" The modern name is {names[name]}." if name in names else ""


def hints_for(error: BaseException) -> list[str]:
    """Return hints for the outdated names that an error of a factory mentions.

    Parameters
    ----------
    error : BaseException
        Raised by Keras or by Python where a name is not accepted.

    Returns
    -------
    list of str
        A sentence for each.

    Examples
    --------
    >>> hints_for(ValueError("Argument(s) not recognized: {'lr': 0.1}"))
    ["The modern name of 'lr' is learning_rate."]
    """
    message = str(error)
    quoted = dict.fromkeys(re.findall(r"'(\w+)'", message))
    if "missing" in message:
        return [
            f"It was called {_MISSING[name]} once: the modern name is {name!r}."
            for name in quoted
            if name in _MISSING
        ]
    if not any(words in message for words in _NOT_ACCEPTED) or _is_anothers(error):
        return []
    if message.startswith("module 'keras.backend'"):
        return [_hint_of_backend(name) for name in quoted if _in_ops(name)]
    return [
        f"The modern name of {name!r} is {_IN_FACTORIES[name]}."
        for name in quoted
        if name in _IN_FACTORIES
    ]


def _is_anothers(error):
    """Return whether an attribute is missing of an object that is not of Keras's."""
    if not isinstance(error, AttributeError):
        return False
    obj = error.obj
    if obj is None:  # or an error that somebody made by its message
        return str(error).startswith("'NoneType'")
    kinds = [obj] if isinstance(obj, ModuleType | type) else type(obj).__mro__
    names = {(getattr(k, "__module__", None) or k.__name__) for k in kinds}
    of_keras = any(name.partition(".")[0] in ("keras", "tensorflow") for name in names)
    return not of_keras or isinstance(obj, keras.callbacks.Callback)


def _in_ops(name):
    return _OF_BACKEND.get(name) or hasattr(keras.ops, name)


def _hint_of_backend(name):
    modern = _OF_BACKEND.get(name, f"keras.ops.{name}")
    return f"The modern name of {name!r} is {modern}."


def with_hints(error: BaseException) -> BaseException:
    """Add notes to an error about the outdated names that it mentions.

    Parameters
    ----------
    error : BaseException
        Raised where a model was made or trained.

    Returns
    -------
    BaseException
        The same, with a note for each; with none twice.
    """
    for hint in hints_for(error):
        if hint not in getattr(error, "__notes__", ()):
            error.add_note(hint)
    return error


class ModernNames:
    """Suggests current names for attributes of old wrappers."""

    def __getattr__(self, name: str) -> Any:
        if name in ATTRIBUTES:
            hint = modern_name(name, ATTRIBUTES)
            raise AttributeError(
                f"{type(self).__name__!r} object has no attribute {name!r}.{hint}",
                name=name,
                obj=self,
            )
        # Raises what it raised before, such as why there is no predict_proba.
        return object.__getattribute__(self, name)


def with_modern_names(names: Mapping[str, str]) -> Callable[[Constructor], Constructor]:
    """Decorate a constructor: its errors suggest names for arguments it does not take.

    Parameters
    ----------
    names : dict of str to str
        What each outdated name is called today.

    Returns
    -------
    callable
        Decorator of an ``__init__`` without ``**kwargs``.
    """

    def decorate(init):
        kinds = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)
        parameters = signature(init).parameters.items()
        known = [name for name, p in parameters if p.kind in kinds]

        @wraps(init)
        def checked(self, *args, **kwargs):
            for name in kwargs:
                if name not in known:
                    hint = modern_name(name, names) or nearest(name, known)
                    raise TypeError(
                        f"{type(self).__name__} has no parameter {name!r}.{hint}"
                    )
            init(self, *args, **kwargs)

        return checked

    return decorate
