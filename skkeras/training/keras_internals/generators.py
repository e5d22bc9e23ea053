"""The global generators that a backend draws from while it trains and predicts.

- ``tensorflow.python.eager.context``: the context, which holds the global seed and a
  generator of operations' own seeds, in attributes called as `_SEEDS` says.
  `tf.random.set_seed` sets both, and gives nothing back. Where the module goes,
  ``tf.random`` functions draw as they would anyway, and the self-check fails.
"""

import random
import threading
from contextlib import contextmanager, nullcontext

import keras
import numpy as np

BUILDING = threading.RLock()
"""Held by the thread that builds a model; to be taken before any other lock."""

_PATIENCE = 10  # seconds

# Reentrant: callbacks predict, and so draw, while their model trains.
_TORCH = threading.RLock()
_SEEDS = "_seed", "_rng"


@contextmanager
def undrawn():
    """Restore the generators of the process after layers may have drawn from them.

    Layers of one's own draw a seed for each initializer that they name as they are
    made. A thread that builds a model is waited for, whose draws these would be among;
    but not for ever, since its factory may be waiting for what this thread holds. What
    is drawn then, it undoes itself when it is done.
    """
    if not BUILDING.acquire(timeout=_PATIENCE):
        yield
        return
    python_state, numpy_state = random.getstate(), np.random.get_state()
    try:
        with seeded_operations(0):
            yield
    finally:
        random.setstate(python_state)
        np.random.set_state(numpy_state)
        BUILDING.release()


def own_generators(seed=None):
    """Return a context that leaves no trace in the generators of Keras's backend.

    PyTorch alone needs it: its dropout and its loaders of batches draw from generators
    of the whole process. One thread at a time may be inside, or fits side by side would
    draw from each other.

    Parameters
    ----------
    seed : int, default=None
        Decides what is drawn inside, below 2**64. None goes on from the state there is.

    Returns
    -------
    context manager
    """
    return _own_torch(seed) if keras.backend.backend() == "torch" else nullcontext()


@contextmanager
def _own_torch(seed):
    import torch

    # Named one by one: without that it warns where there are several.
    devices = range(torch.accelerator.device_count())
    with _TORCH, torch.random.fork_rng(devices=devices):
        if seed is not None:
            torch.manual_seed(seed)
        yield


@contextmanager
def seeded_operations(seed):
    """Seed ``tf.random`` functions, without restarting the streams of others.

    Parameters
    ----------
    seed : int
        Decides what is drawn inside. Backends other than TensorFlow are left alone.
        One thread at a time may be inside.
    """
    if keras.backend.backend() != "tensorflow":
        yield
        return
    try:
        from tensorflow.python.eager import context as eager
    except ImportError:
        yield
        return
    context = eager.context()
    with BUILDING:
        old = {name: vars(context)[name] for name in _SEEDS if name in vars(context)}
        new = _GlobalSeed(seed, context), random.Random(seed)
        vars(context).update(zip(_SEEDS, new, strict=True))
        try:
            yield
        finally:
            for name in _SEEDS:
                delattr(context, name)
            vars(context).update(old)


class _GlobalSeed(int):
    """A seed of TensorFlow's stateful random operations, which compute with it.

    Compiled operations remember their streams, so ``tf.random.set_seed`` drops them
    all, which makes the operations after it several times slower. Only a factory that
    uses a stateful one needs that: Keras's layers do not.
    """

    def __new__(cls, seed, context):
        """Take the seed, and the context to drop compiled operations from."""
        self = super().__new__(cls, seed)
        self._context = context
        return self

    def __mod__(self, other):
        """Truncate the seed, as TensorFlow does for every operation."""
        if self._context is not None:
            self._context.clear_kernel_cache()
            self._context = None
        return int(self) % other
