"""The private names of Keras that estimators use, and no other file of theirs may.

What each is for, and what to do when it goes:

- ``_compile_metrics``, ``_user_metrics``, ``_user_weighted_metrics``: the metrics that
  a model was compiled with, as they were given. `Model.get_compile_config` has them as
  configurations, without their names.
- ``_build_shapes_dict``: shapes of the arguments that a model was built with.
  `Layer.get_build_config` has them, unless a layer of one's own overrides it.
- ``_keras_history``: which layer made a tensor. Of one output, the last of the model.
- ``_inputs_struct``: names of inputs given as a dict. Otherwise the tensors' own names.
- ``_summary_module``, ``_writers``: what `keras.callbacks.TensorBoard` keeps of a run.
  A test copies and pickles one that has run.
- ``keras.src.backend.common.global_state``: what Keras keeps for each thread. Where it
  goes, ``keras.random`` without a seed draws as it would, and no file is loaded.
- ``keras.src.random.seed_generator``, ``keras.src.utils.rng_utils``: under which names
  it has the seed of `keras.random`. `keras.utils.set_random_seed` sets it, and Python's
  and NumPy's, but nothing gives it back.
- ``object_name_uids``: its counts of the names of layers, operations and tensors. Where
  a version calls them otherwise, they are not counted, and the same tests fail.
- ``uninitialized_variables``: under which name it has variables that wait for values.
  Where a version has another, none are counted, and a test of files with too many
  fails.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import keras

__all__ = [
    "built_shapes",
    "forget_run",
    "given_metrics",
    "inputs_by_key",
    "output_layer",
    "planning",
    "seeded_keras",
]


def _module(name: str) -> Any:
    """Return a module of Keras's; None in a version that has another in its place."""
    try:
        return import_module(name)
    except ImportError:
        return None


global_state = _module("keras.src.backend.common.global_state")
seed_generator = _module("keras.src.random.seed_generator")
rng_utils = _module("keras.src.utils.rng_utils")
_NAMES, _UNINITIALIZED = "object_name_uids", "uninitialized_variables"


def given_metrics(model: keras.Model) -> tuple[Any, Any]:
    """Return the metrics that a model was compiled with, as they were given.

    Parameters
    ----------
    model : keras.Model
        Compiled, or not.

    Returns
    -------
    metrics, weighted_metrics : list, dict or None
        Both None where the model has none.
    """
    try:
        compiled = model._compile_metrics
        if compiled is None:
            return None, None
        return compiled._user_metrics, compiled._user_weighted_metrics
    except AttributeError:
        config = keras.saving.deserialize_keras_object(model.get_compile_config() or {})
        return config.get("metrics"), config.get("weighted_metrics")


def built_shapes(model: keras.Model) -> tuple[Any, ...]:
    """Return the shapes of the arguments that a model was built with.

    Parameters
    ----------
    model : keras.Model
        Built.

    Returns
    -------
    tuple
        One shape an argument, or a structure of shapes.
    """
    try:
        return tuple(model._build_shapes_dict.values())
    except AttributeError:
        config = model.get_build_config()
        return tuple(config.get("shapes_dict", config).values())


def output_layer(model: keras.Model) -> keras.Operation:
    """Return the layer that makes the only output of a model.

    Parameters
    ----------
    model : keras.Model
        Functional or sequential.

    Returns
    -------
    keras.Operation
    """
    try:
        return model.outputs[0]._keras_history.operation
    except AttributeError:
        return model.layers[-1]


def inputs_by_key(model: keras.Model) -> dict[str, keras.KerasTensor] | None:
    """Return the inputs of a model that takes a dict of them.

    Parameters
    ----------
    model : keras.Model
        Built.

    Returns
    -------
    dict of str to keras.KerasTensor, or None
        None for models that take anything else.
    """
    by_key = getattr(model, "_inputs_struct", None)
    return by_key if isinstance(by_key, dict) else None


def forget_run(tensorboard: keras.callbacks.TensorBoard) -> None:
    """Drop what a TensorBoard callback keeps of a run, and cannot be copied.

    Parameters
    ----------
    tensorboard : keras.callbacks.TensorBoard
        Whose run is over.
    """
    vars(tensorboard).update(_summary_module=None, _writers={})


@contextmanager
def seeded_keras(seed: int) -> Iterator[None]:
    """Seed ``keras.random`` functions that are called without a seed.

    Parameters
    ----------
    seed : int
        Decides what they draw inside the block.
    """
    if None in (global_state, seed_generator, rng_utils):
        yield
        return
    # Keras 3.12 has no constant for the second name.
    constant, name = "GLOBAL_SEED_GENERATOR", "global_seed_generator"
    names = rng_utils.GLOBAL_RANDOM_SEED, getattr(seed_generator, constant, name)
    old = [global_state.get_global_attribute(name) for name in names]
    for name, value in zip(names, (seed, None), strict=True):
        global_state.set_global_attribute(name, value)
    try:
        yield
    finally:
        for name, value in zip(names, old, strict=True):
            global_state.set_global_attribute(name, value)


@contextmanager
def planning(
    variables: list[keras.Variable],
    count_names: Callable[[dict[str, int]], dict[str, int]],
) -> Iterator[None]:
    """Make no variables inside the block, and count the names that Keras gives.

    Parameters
    ----------
    variables : list of keras.Variable
        Gets those that would be made, which have shapes and no values.
    count_names : callable
        From how often Keras gave each name to a dict that it writes to instead.

    Raises
    ------
    RuntimeError
        Where this version of Keras keeps both elsewhere.
    """
    if global_state is None:
        raise RuntimeError(
            "This version of skkeras cannot tell how large a model is before it is "
            f"made by Keras {keras.__version__}, and so does not load it. A newer "
            "skkeras may."
        )
    names = global_state.get_global_attribute(_NAMES, defaultdict(int))
    waiting = global_state.get_global_attribute(_UNINITIALIZED, [])
    global_state.set_global_attribute(_NAMES, count_names(names))
    global_state.set_global_attribute(_UNINITIALIZED, variables)
    try:
        with keras.StatelessScope(initialize_variables=False):
            yield
    finally:
        global_state.set_global_attribute(_NAMES, names)
        global_state.set_global_attribute(_UNINITIALIZED, waiting)
