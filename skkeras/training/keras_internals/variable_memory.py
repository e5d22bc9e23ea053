"""Memory that TensorFlow keeps for every variable ever made.

- ``tensorflow.python.eager.context``: the context; its ``clear_kernel_cache`` frees
  memory. When that goes, the memory of a long process grows by 0.5 MB a fit.
"""

import itertools

import keras

_MODELS_BETWEEN = 64
_models = itertools.count(1)


def release_kernels(models):
    """Drop TensorFlow's eager kernels every now and then.

    It caches one for the name of each variable that was ever created, about 0.5 MB for
    the model and optimizer of a small fit. Those in use are made again in milliseconds.

    Parameters
    ----------
    models : int
        How many models with their optimizers may have been made since it was called.
    """
    if keras.backend.backend() != "tensorflow":
        return
    try:
        from tensorflow.python.eager import context
    except ImportError:
        return
    if any([next(_models) % _MODELS_BETWEEN == 0 for _ in range(models)]):
        context.context().clear_kernel_cache()
