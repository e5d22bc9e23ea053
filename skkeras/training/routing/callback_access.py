"""Which callbacks may look at a model's weights, and which may change them."""

import keras

_LOOK = {
    keras.callbacks.EarlyStopping: lambda callback: callback.restore_best_weights,
    keras.callbacks.TensorBoard: lambda callback: bool(callback.histogram_freq),
    keras.callbacks.ModelCheckpoint: lambda callback: True,
    keras.callbacks.BackupAndRestore: lambda callback: True,
    keras.callbacks.CSVLogger: lambda callback: False,
    keras.callbacks.History: lambda callback: False,
    keras.callbacks.LearningRateScheduler: lambda callback: False,
    keras.callbacks.ProgbarLogger: lambda callback: False,
    keras.callbacks.ReduceLROnPlateau: lambda callback: False,
    keras.callbacks.RemoteMonitor: lambda callback: False,
    keras.callbacks.TerminateOnNaN: lambda callback: False,
}


def may_read_weights(callback):
    """Return whether the callback must find the model's current weights in the model.

    Keras's own are known by their configuration; another says so by an attribute
    ``reads_weights``, which may differ from epoch to epoch, and is taken to look where
    it has none.
    """
    look = _LOOK.get(type(callback))
    if look is not None:
        return look(callback)
    return bool(getattr(callback, "reads_weights", True))


def may_write_weights(callback):
    """Return whether the callback may change weights during an epoch's hooks.

    Whatever may read them may, but for Keras's own and those whose attribute
    ``writes_weights`` is false.
    """
    if type(callback) in _LOOK:
        return False
    return bool(getattr(callback, "writes_weights", may_read_weights(callback)))
