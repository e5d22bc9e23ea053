"""What Keras's backend computes on, and how exactly it multiplies."""

import environment
import keras


def use_precision(precision):
    """Let matrices be multiplied in whole float32 where that is "highest".

    By default GPUs since NVIDIA's Ampere round the factors to TF32's 10 bits first.
    """
    if precision != "highest":
        return
    if keras.backend.backend() == "jax":
        import jax

        jax.config.update("jax_default_matmul_precision", "highest")
    else:
        import tensorflow as tf

        tf.config.experimental.enable_tensor_float_32_execution(False)


def device():
    """Return the platform ("cpu", "gpu" …) and the name of what is computed on."""
    if keras.backend.backend() == "jax":
        import jax

        first = jax.devices()[0]
        platform, name = first.platform, first.device_kind
    else:
        import tensorflow as tf

        gpus = tf.config.list_physical_devices("GPU")
        details = tf.config.experimental.get_device_details(gpus[0]) if gpus else {}
        platform, name = "gpu" if gpus else "cpu", details.get("device_name", "GPU")
    return platform, environment.processor() if platform == "cpu" else name


def measured_rounding():
    """Return how far the product of two random matrices is off, relative to its size.

    About 1e-7 in whole float32, 3e-4 with factors rounded to TF32.
    """
    import numpy as np

    a, b = np.random.default_rng(0).normal(size=(2, 256, 256)).astype("float32")
    product = np.asarray(keras.ops.convert_to_numpy(keras.ops.matmul(a, b)))
    exact = a.astype(float) @ b.astype(float)
    return float(np.abs(product - exact).max() / np.abs(exact).max())
