"""Products of very small matrices, faster under XLA than its ``dot``.

On a CPU, XLA hands each member's product to a routine whose call costs more than the
product itself. Written as multiply and reduce, the products of all members are one
vectorized loop. `benchmarks/products.py` shows what that gains; soon after the limits
below ``dot`` is the faster one inside a program.
"""

import tensorflow as tf
from keras import layers, ops

MULTIPLICATIONS = 5_000
"""In a product of a batch and a kernel; more are left to ``dot``."""

GRADIENT_MULTIPLICATIONS = 50_000
"""In a kernel's gradient, where a batch has few rows."""

_SUMMANDS = 32  # longer sums are not unrolled
_FEW_ROWS = 16


def use_small_products(layer):
    """Make a ``keras.layers.Dense`` multiply very small matrices without ``dot``.

    Parameters
    ----------
    layer : keras.layers.Dense
        Built, and not shared with anybody: its method `call` is replaced.
    """
    by_keras = layer.call

    def call(inputs, training=None):
        factors = [tf.convert_to_tensor(v) for v in (inputs, layer.kernel)]
        if not _are_matrices(*factors):
            return by_keras(inputs, training=training)
        outputs = _product(*factors)
        if layer.bias is not None:
            outputs = ops.add(outputs, layer.bias)
        return outputs if layer.activation is None else layer.activation(outputs)

    layer.call = call


def can_use_small_products(layer):
    """Return whether a layer only multiplies, adds and activates, on a CPU."""
    return (
        type(layer) is layers.Dense
        and not layer.lora_enabled
        and layer.quantization_mode is None
        and not tf.config.list_physical_devices("GPU")
    )


def _are_matrices(inputs, kernel):
    # Half precision would add up in itself, which dot does not.
    is_single = inputs.dtype == kernel.dtype == tf.float32
    return is_single and len(inputs.shape) == 2 and inputs.shape[0] is not None


@tf.custom_gradient
def _product(inputs, kernel):
    """Return ``inputs @ kernel``; autodiff would not find as fast a gradient."""
    rows, n_in = inputs.shape
    multiplications = rows * n_in * kernel.shape[1]

    def gradient(upstream):
        by_inputs = tf.matmul(upstream, kernel, transpose_b=True)
        few = rows <= _FEW_ROWS
        most = GRADIENT_MULTIPLICATIONS if few else MULTIPLICATIONS
        if rows <= _SUMMANDS and multiplications <= most:
            return by_inputs, _multiply_and_reduce(tf.transpose(inputs), upstream)
        return by_inputs, tf.matmul(inputs, upstream, transpose_a=True)

    if multiplications <= MULTIPLICATIONS and max(rows, n_in) <= _SUMMANDS:
        return _multiply_and_reduce(inputs, kernel), gradient
    return tf.matmul(inputs, kernel), gradient


def _multiply_and_reduce(a, b):
    return tf.reduce_sum(a[:, :, None] * b, 1)
