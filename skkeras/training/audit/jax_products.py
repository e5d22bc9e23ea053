"""Products of matrices in whole float32, for as long as a program is being proven.

Accelerators round the factors of float32 products first, by default: NVIDIA's from
Ampere on to the 10 bits of TF32, Google's to bfloat16. Which products are computed so
depends on their sizes, and a step of many members has others than Keras's own: the two
differ by far more than float32 rounds to, and rightly so. A proof that allowed for that
would hardly find anything. So the same step is compared in whole float32, and trains
as the user has it.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import jax

_EXACT = ("highest", "float32")


def rounds_factors() -> bool:
    """Return whether products may be of rounded factors, as JAX is configured.

    Returns
    -------
    bool
    """
    is_exact = jax.config.jax_default_matmul_precision in _EXACT
    return _platform() != "cpu" and not is_exact


def _platform():
    return jax.default_backend()


def exact_products() -> AbstractContextManager[None]:
    """Return a context in which what is compiled multiplies in whole float32.

    Returns
    -------
    context manager
    """
    if rounds_factors():
        return jax.default_matmul_precision("highest")
    return nullcontext()
