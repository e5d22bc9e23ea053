"""The global generators that a backend draws from while it trains and predicts."""

import threading
from contextlib import contextmanager, nullcontext

import keras

# Reentrant: callbacks predict, and so draw, while their model trains.
_TORCH = threading.RLock()


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
