"""Memory that TensorFlow keeps for every variable ever made.

- ``tensorflow.python.eager.context``: the context; its ``clear_kernel_cache`` frees
  memory. When that goes, the memory of a long process grows by 0.5 MB a fit.
"""

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
