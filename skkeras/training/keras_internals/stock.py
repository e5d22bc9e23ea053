"""What belongs to Keras, TensorFlow and Python, and what to a user.

Stock definitions do not change while a process lives, so their names say all of them.
"""

import functools
import sys

import keras

_STOCK = (
    *("keras", "tensorflow", "jax", "torch", "numpy", "scipy", "sklearn", "skkeras"),
    *("absl", "ml_dtypes", "wrapt", "optree"),
)
# What a bare layer has and a step does read.
_READ = frozenset(
    {
        *("_trainable", "_dtype_policy", "activity_regularizer", "autocast"),
        *("supports_jit", "_supports_masking", "_convert_input_args", "_remat_mode"),
    }
)
# What is derived from the rest when a layer is built or called.
_DERIVED = frozenset(
    {
        *("name", "_name", "_path", "_parent_path", "_input_spec", "_lock"),
        *("_functional", "input_spec", "_loss_tracker", "_compiled_trainable_state"),
        *("_compile_config", "_compile_loss", "_compile_metrics", "history"),
        *("optimizer", "_distribution_strategy", "_trainable_variables_indices"),
        *("_tracker", "_variables", "_trainable_variables", "built", "_built"),
        *("_build_input_shape", "_is_graph_network", "_run_eagerly", "_jit_compile"),
        *("_last_seen_dropout", "_dropout_mask", "_recurrent_dropout_mask"),
        *("_initial_epoch", "stop_training", "train_function", "test_function"),
        *("predict_function", "compiled", "loss", "call_signature_parameters"),
    }
)


@functools.lru_cache(maxsize=4096)
def is_stock_module(name):
    """Return whether a module belongs to Keras, to what it builds on, or to Python.

    Parameters
    ----------
    name : str or None
    """
    if not isinstance(name, str):
        return False
    top = name.partition(".")[0]
    return top in _STOCK or (top in sys.stdlib_module_names and top != "__main__")


def is_stock(definition):
    """Return whether a class or a function is stock.

    Parameters
    ----------
    definition : type or function
    """
    if not isinstance(definition, type) and hasattr(definition, "__globals__"):
        # Not its __module__, which a wrapper takes over from what it wraps.
        return is_stock_module(definition.__globals__.get("__name__"))
    return is_stock_module(getattr(definition, "__module__", None))


def bookkeeping_of(value):
    """Return the names of an object's attributes that no step of training reads.

    Parameters
    ----------
    value : object

    Returns
    -------
    frozenset of str
    """
    return next(
        (n for kind, n in _bookkeeping() if isinstance(value, kind)), frozenset()
    )


@functools.cache
def _bookkeeping():
    """Return what bare objects of Keras's base classes have, by their class."""
    # Zeros, since other initializers draw their seed from Python's global generator.
    dense = keras.layers.Dense(1, kernel_initializer="zeros")
    model = keras.Sequential([keras.Input((1,)), dense])
    model.compile(loss="mse")
    functional = keras.Model(model.inputs, model.outputs)
    layer, metric = keras.layers.Layer(), keras.metrics.Metric()
    bare = {
        keras.Model: [*vars(model), *vars(functional)],
        keras.layers.Layer: vars(layer),
        keras.metrics.Metric: vars(metric),
        keras.optimizers.Optimizer: (),
        keras.losses.Loss: ("name",),
        keras.Operation: vars(layer),
    }
    return tuple(
        (kind, frozenset({*names, *_DERIVED}) - _READ) for kind, names in bare.items()
    )
