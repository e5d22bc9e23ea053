"""How much memory of the graphics cards a process takes."""

from __future__ import annotations


def configure_gpu(
    *, memory_growth: bool = True, memory_limit: int | None = None
) -> list[str]:
    """Configure TensorFlow to take GPU memory as it needs it, or up to a limit.

    TensorFlow takes nearly all memory of every GPU when it first uses one, so that a
    second process on the same machine finds none. Call this before the first model is
    built. Without a GPU, or on Keras's other backends, it does nothing.

    Parameters
    ----------
    memory_growth : bool, default=True
        Whether to begin with little memory and take more when needed. It is not used
        where there is a limit.
    memory_limit : int, default=None
        Most memory to take of each GPU, in MiB.

    Returns
    -------
    list of str
        Names of the GPUs that were configured.

    Raises
    ------
    ValueError
        When the limit is not positive.
    RuntimeError
        When TensorFlow uses the GPUs already, and it is too late.

    Examples
    --------
    >>> import skkeras
    >>> gpus = skkeras.configure_gpu(memory_limit=4096)
    """
    if memory_limit is not None and not memory_limit > 0:
        raise ValueError(f"memory_limit must be positive, got {memory_limit!r}.")
    import keras

    if keras.backend.backend() != "tensorflow":
        return []
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:
        if memory_limit is None:
            tf.config.experimental.set_memory_growth(gpu, memory_growth)
        else:
            limit = tf.config.LogicalDeviceConfiguration(memory_limit=memory_limit)
            tf.config.set_logical_device_configuration(gpu, [limit])
    return [gpu.name for gpu in gpus]
