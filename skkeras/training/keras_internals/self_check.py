"""Whether Keras and TensorFlow still have the private names that the engine reads.

The names are those of the other rooms, whose docstrings say what each is for. Once a
process each is looked for in the module where it lay, among what that module's code
defines, sets and reads: objects that have them would take longer to make. Where one is
missing nothing is compiled, since ``Model.fit`` needs none of them. A name that has
moved to another module counts as missing, too.

- ``keras.src``, ``tensorflow.python``: the modules below. Where one goes, write the new
  one here, once all its names are found there.
"""

import inspect
import types
from functools import cache
from importlib import import_module

import keras

from skkeras.training.keras_internals import data

_OF_KERAS = {
    "keras.src.layers.layer": (
        *("_flatten_layers", "_call_has_training_arg", "_called", "_seed_generators"),
    ),
    "keras.src.ops.function": ("_operations",),
    "keras.src.trainers.trainer": (
        *("_compile_config", "_compile_loss", "_compile_metrics", "_compute_loss"),
        *("_initial_epoch", "_loss_tracker", "_should_eval", "_symbolic_build"),
    ),
    "keras.src.trainers.compile_utils": (
        *("_flat_losses", "_flat_metrics", "_flat_weighted_metrics", "_flatten_y"),
    ),
    "keras.src.optimizers.base_optimizer": (
        *("BaseOptimizer", "_accumulated_gradients", "_apply_weight_decay"),
        *("_backend_update_step", "_clip_gradients", "_get_variable_index"),
        *("_iterations", "_learning_rate", "_model_variables_moving_average"),
        *("_overwrite_model_variables_with_average_value", "_trainable_variables"),
        *("_update_model_variables_moving_average", "_exclude_from_weight_decay"),
        *("_exclude_from_weight_decay_cache", "_exclude_from_weight_decay_pattern"),
    ),
    "keras.src.layers.normalization.batch_normalization": (
        *("_moments", "_reduction_axes"),
    ),
    "keras.src.callbacks.tensorboard": ("_should_trace",),
    "keras.src.backend.common.masking": ("_keras_mask",),
    "keras.src.activations.activations": ("_keras_logits",),
    "keras.src.trainers.data_adapters.array_data_adapter": ("_inputs", "_num_samples"),
}
_OF_TENSORFLOW = {
    "tensorflow.python.eager.context": ("_seed", "_rng", "_context_handle"),
}


@cache
def missing_names():
    """Return which private names are missing that the engine reads.

    Returns
    -------
    tuple of str
        Empty where all are there.
    """
    missing = [] if data.MISSING is None else [data.MISSING]
    places = dict(_OF_KERAS)
    if keras.backend.backend() == "tensorflow":
        places |= _OF_TENSORFLOW
    for place, names in places.items():
        try:
            gone = _not_mentioned(import_module(place), names)
        except ImportError:
            missing.append(place)
        else:
            missing += [f"{name} of {place}" for name in names if name in gone]
    return tuple(missing)


def _not_mentioned(module, names):
    """Return those names that a module's own code neither defines, sets nor reads.

    It ends as soon as all are found: most of the code is never looked at.
    """
    sought = set(names) - vars(module).keys()
    for value in vars(module).values():
        if not sought:
            break
        if getattr(value, "__module__", None) == module.__name__:
            _strike(sought, value)
    return sought


def _strike(sought, value):
    """Remove the names that a class, a function or a part of its code mentions."""
    if isinstance(value, types.CodeType):
        sought.difference_update(value.co_names)
        parts = value.co_consts
    elif isinstance(value, str):  # of an attribute that is set by its name
        sought.discard(value)
        return
    elif isinstance(value, type):
        sought.difference_update(vars(value))
        parts = vars(value).values()
    elif isinstance(value, property):
        parts = value.fget, value.fset
    elif isinstance(value, (staticmethod, classmethod, types.FunctionType)):
        parts = (getattr(inspect.unwrap(value), "__code__", None),)
    else:
        return
    for part in parts:
        if not sought:
            return
        _strike(sought, part)
