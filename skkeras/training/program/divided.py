"""A traced function of some members, run on several devices with those of each."""

from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache

import numpy as np
import tensorflow as tf

from skkeras.training.keras_internals.executable import OnDevice
from skkeras.training.program.devices import ONE_DEVICE, Devices

# Along which axis members lie in what a program returns.
_STATE, _LOGS = 0, 1


@cache
def devices():
    """Return the devices that TensorFlow lists: GPUs, or CPUs where there are none.

    GPUs of other kinds beside each other are left alone: each would need a proof.
    There is more than one CPU where somebody has configured logical ones.
    """
    gpus = [device.name for device in tf.config.list_logical_devices("GPU")]
    cpus = [device.name for device in tf.config.list_logical_devices("CPU")]
    if len(gpus) > 1 and len(set(map(_kind, tf.config.get_visible_devices("GPU")))) > 1:
        return ONE_DEVICE
    names = gpus or cpus
    return Devices(tuple(names), bool(gpus)) if len(names) > 1 else ONE_DEVICE


def _kind(gpu):
    return tf.config.experimental.get_device_details(gpu).get("device_name")


class Divided:
    """A program's function for an equal part of its members on each device.

    What XLA compiles for it stays with the process's devices; see `OnDevice`.

    Parameters
    ----------
    function : ConcreteFunction
        Traced for the members of one device.
    names : sequence of str
        Of the devices.
    """

    def __init__(self, function, names):
        self._parts = [OnDevice(function, name) for name in names]
        self._threads = ThreadPoolExecutor(len(names) - 1, "skkeras device")

    def __call__(self, epochs, rates, state, *passes):
        """Return the results for the arrays of all members, as `Program` takes them."""
        members = rates.shape[1] // len(self._parts)
        at = [slice(k * members, (k + 1) * members) for k in range(len(self._parts))]
        given = [
            (epochs, rates[:, own], [v[own] for v in state], *_own(passes, own))
            for own in at
        ]
        others = zip(self._parts[1:], given[1:], strict=True)
        waiting = [self._threads.submit(part, *its) for part, its in others]
        try:
            first = self._parts[0](*given[0])
        finally:
            wait(waiting)
        return _joined([first, *(each.result() for each in waiting)])


def _own(passes, at):
    """Return the passes of some members, who read the same arrays as the others."""
    return [
        each._replace(
            offsets=each.offsets[:, at],
            order_of=each.order_of[at],
            n_rows=each.n_rows[at],
            batch_sizes=each.batch_sizes[at],
        )
        for each in passes
    ]


def _joined(results):
    """Return state and logs of all members; gradients are of no use outside."""
    states, *logs, gradients = zip(*results, strict=True)
    logs = [_concatenated(group, _LOGS) for group in logs]
    return _concatenated(states, _STATE), *logs, gradients


def _concatenated(parts, axis):
    return [np.concatenate(arrays, axis) for arrays in zip(*parts, strict=True)]
