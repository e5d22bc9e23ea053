"""Memory that TensorFlow keeps for every variable ever made."""

import itertools

from tensorflow.python.eager import context

_FITS_BETWEEN = 64
_fits = itertools.count(1)


def release_kernels(fits):
    """Drop TensorFlow's eager kernels every now and then.

    It caches one for the name of each variable that was ever created, about 0.5 MB for
    the model and optimizer of a small fit. Those in use are made again in milliseconds.

    Parameters
    ----------
    fits : int
        How many fits have just ended.
    """
    if any([next(_fits) % _FITS_BETWEEN == 0 for _ in range(fits)]):
        context.context().clear_kernel_cache()
