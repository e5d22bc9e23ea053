"""Products of very small matrices, faster under XLA than its ``dot``.

On a CPU, XLA hands each member's product to a routine whose call costs more than the
product itself. Written as multiply and reduce, the products of all members are one
vectorized loop. `benchmarks/products.py` shows what that gains; soon after the limit
below ``dot`` is the faster one inside a program.
"""

import tensorflow as tf
from keras import layers, ops

MULTIPLICATIONS = 1280
"""In a product of a batch; more are left to ``dot``."""

_SUMMANDS = 32  # longer sums are not unrolled


def use_small_products(layer):
    """Let a ``keras.layers.Dense`` multiply very small matrices without ``dot``.

    Parameters
    ----------
    layer : keras.layers.Dense
        Built, and not shared with anybody: its method `call` is replaced.
    """
    by_dot = layer.call

    def call(inputs, training=None):
        factors = [tf.convert_to_tensor(v) for v in (inputs, layer.kernel)]
        if not _are_very_small(*factors):
            return by_dot(inputs, training=training)
        outputs = _product(*factors)
        if layer.bias is not None:
            outputs = ops.add(outputs, layer.bias)
        return outputs if layer.activation is None else layer.activation(outputs)

    layer.call = call


def can_use_small_products(layer):
    """Tell whether a layer only multiplies, adds and activates, on a CPU."""
    return (
        type(layer) is layers.Dense
        and not layer.lora_enabled
        and layer.quantization_mode is None
        and not tf.config.list_physical_devices("GPU")
    )


def _are_very_small(inputs, kernel):
    # Half precision would add up in itself, which dot does not.
    if not (inputs.dtype == kernel.dtype == tf.float32 and len(inputs.shape) == 2):
        return False
    rows, n_in = inputs.shape
    if rows is None or max(rows, n_in) > _SUMMANDS:
        return False
    return rows * n_in * kernel.shape[1] <= MULTIPLICATIONS


@tf.custom_gradient
def _product(inputs, kernel):
    """Return ``inputs @ kernel``; autodiff would not find as fast a gradient."""

    def gradient(upstream):
        by_kernel = _multiply_and_reduce(tf.transpose(inputs), upstream)
        return tf.matmul(upstream, kernel, transpose_b=True), by_kernel

    return _multiply_and_reduce(inputs, kernel), gradient


def _multiply_and_reduce(a, b):
    return tf.reduce_sum(a[:, :, None] * b, 1)
