"""Settings of Keras's callbacks that have no public name.

- ``_should_trace``: whether `TensorBoard` profiles batches, by ``profile_batch``.
"""


def traces_batches(tensorboard):
    """Return whether `keras.callbacks.TensorBoard` profiles certain batches.

    When the name goes, look for what ``profile_batch`` sets in
    `keras/src/callbacks/tensorboard.py`.
    """
    return tensorboard._should_trace
