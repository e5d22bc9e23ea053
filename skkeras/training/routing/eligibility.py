"""Which fits the compiled engines take, and why they leave the others to Keras."""

import functools
import textwrap

import keras
import numpy as np
from keras import tree

from skkeras.training.keras_internals.callbacks import traces_batches
from skkeras.training.keras_internals.models import layers_of
from skkeras.training.keras_internals.optimizers import excludes_weights_from_decay
from skkeras.training.keras_internals.stock import is_stock
from skkeras.training.routing.random_layers import layer_with_own_draws
from skkeras.training.rows.arrays import is_arrays

_PREDICTING = ("predict", "predict_step", "predict_on_batch", "make_predict_function")
# Methods of Keras's trainers that have no part in `Model.fit`.
_NOT_TRAINING = frozenset(
    {
        *("__init__", "compile", "compile_from_config", "get_compile_config", "loss"),
        *_PREDICTING,
    }
)
_BATCH_HOOKS = (
    "on_batch_begin",
    "on_batch_end",
    "on_train_batch_begin",
    "on_train_batch_end",
    "on_test_batch_begin",
    "on_test_batch_end",
)
# Stock callbacks that hook into batches, and do at the end of an epoch what they do
# at the end of a batch, or have nothing to do there, if so configured.
_EPOCH_LEVEL = {
    keras.callbacks.TerminateOnNaN: lambda callback: True,
    keras.callbacks.ProgbarLogger: lambda callback: True,
    keras.callbacks.ModelCheckpoint: lambda callback: callback.save_freq == "epoch",
    keras.callbacks.BackupAndRestore: lambda callback: callback.save_freq == "epoch",
    keras.callbacks.TensorBoard: lambda callback: (
        callback.update_freq == "epoch" and not traces_batches(callback)
    ),
}
_UNTRACEABLE = {
    keras.layers.Lambda: "a Lambda layer cannot be cloned",
    keras.layers.SpectralNormalization: "SpectralNormalization updates in a branch",
}
# Keras has none before 3.14.
_SCHEDULE_FREE = getattr(keras.optimizers, "ScheduleFreeAdamW", ())


class Ineligible(Exception):
    """A fit that only `Model.fit` can train; the message says why."""


def reason_of(error):
    """Return in a line why a fit is not compiled.

    Parameters
    ----------
    error : Exception

    Returns
    -------
    str
    """
    line = textwrap.shorten(first_line(error), 200, placeholder=" ...")
    return line if isinstance(error, Ineligible) else f"{type(error).__name__}: {line}"


def first_line(error):
    """Return the first line of what an exception says."""
    return str(error).strip().split("\n")[0]


def check_job(job):
    """Raise `Ineligible` where the job asks for what only `Model.fit` does."""
    if job.engine == "keras":
        raise Ineligible("engine='keras'")
    if job.fit_kwargs:
        names = ", ".join(sorted(job.fit_kwargs))
        raise Ineligible(f"arguments of Model.fit: {names}")
    _check_data(job)
    _check_model(job.model)
    for callback in job.callbacks:
        _check_callback(callback)


def _check_data(job):
    held_out = job.validation_data
    if held_out is not None and not isinstance(held_out, (tuple, list)):
        raise Ineligible("validation_data is not a tuple of arrays")
    if not isinstance(job.validation_freq, (int, list)):
        raise Ineligible("validation_freq is neither a number nor a list")
    data = [job.x, job.y, job.sample_weight, *(held_out or ())]
    if job.y is None or not is_arrays(data):
        raise Ineligible("the data are not arrays in memory")
    for leaf in tree.flatten(data):
        if leaf is not None and np.asarray(leaf).dtype.kind not in "fiub":
            raise Ineligible(f"data of type {np.asarray(leaf).dtype}")


def _check_model(model):
    _check_methods(model, _methods_of_training())
    if model.run_eagerly:
        raise Ineligible("run_eagerly=True")
    check_clonable(model)
    if any(
        tensor.shape[:1] != (None,) for tensor in getattr(model, "inputs", ()) or ()
    ):
        raise Ineligible("its batches have a fixed size")
    layer = layer_with_own_draws(model)
    if layer is not None:
        kind = type(layer).__name__
        raise Ineligible(f"{kind} draws random numbers in a way of its own")
    if not model.trainable_variables:
        raise Ineligible("no trainable weights")
    optimizer = model.optimizer
    if isinstance(optimizer, _SCHEDULE_FREE):
        raise Ineligible("Keras resets the state of ScheduleFreeAdamW as it traces")
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        raise Ineligible("dynamic loss scaling (mixed_float16)")
    if excludes_weights_from_decay(optimizer):
        raise Ineligible("weights excluded from weight decay")


def check_prediction(model):
    """Raise `Ineligible` where a model has a way to predict that is not Keras's.

    Parameters
    ----------
    model : keras.Model
    """
    _check_methods(model, _PREDICTING)


def _check_methods(model, names):
    for name in names:
        reason = why_not_of_keras(model, name)
        if reason:
            raise Ineligible(reason)


def has_own_fit(model: keras.Model) -> bool:
    """Return whether a model trains by a ``fit`` that is not Keras's.

    Parameters
    ----------
    model : keras.Model

    Returns
    -------
    bool
    """
    return why_not_of_keras(model, "fit") is not None


def why_not_of_keras(model, name):
    """Return how a method of Keras's is overridden, by a model's class or in the model.

    Parameters
    ----------
    model : keras.Model
    name : str
        Of the method.

    Returns
    -------
    str or None
        None where it is Keras's.
    """
    kind = type(model)
    stock = next(base for base in kind.__mro__ if is_stock(base))
    if getattr(kind, name) is not getattr(stock, name):
        return f"{kind.__name__} overrides {name}"
    if callable(vars(model).get(name)):
        return f"the model has a {name} of its own"
    return None


@functools.cache
def _methods_of_training():
    trainers = [c for c in keras.Model.__mro__ if c.__name__.endswith("Trainer")]
    names = {name for c in trainers for name, f in vars(c).items() if callable(f)}
    return sorted(names - _NOT_TRAINING)


def check_clonable(model):
    """Raise `Ineligible` where a layer cannot be traced from a clone of the model."""
    for layer in layers_of(model):
        for kind, reason in _UNTRACEABLE.items():
            if isinstance(layer, kind):
                raise Ineligible(reason)


def _check_callback(callback):
    at_epoch_level = _EPOCH_LEVEL.get(type(callback))
    if at_epoch_level is not None and at_epoch_level(callback):
        return
    for name in _BATCH_HOOKS:
        hook = getattr(callback, name, None)
        if hook is not None and not _is_default(hook, name):
            kind = type(callback).__name__
            raise Ineligible(f"callback {kind} acts on each batch ({name})")


def _is_default(hook, name):
    """Return whether a hook is the one of Keras's base class, which does nothing."""
    return getattr(hook, "__func__", hook) is getattr(keras.callbacks.Callback, name)
