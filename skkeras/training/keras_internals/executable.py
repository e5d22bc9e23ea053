"""A traced function, compiled by XLA in a way that can be given back."""

from contextlib import nullcontext

import tensorflow as tf
from tensorflow.core.protobuf.rewriter_config_pb2 import RewriterConfig

_v1 = tf.compat.v1


def executable(function):
    """Return a function that takes and gives arrays, compiled by XLA.

    Parameters
    ----------
    function : ConcreteFunction
        To be compiled by XLA, and without variables. Arguments' shapes may be open.

    Returns
    -------
    callable
    """
    if tf.config.list_logical_devices("GPU"):
        return OnDevice(function)
    return InSession(function)


class OnDevice:
    """A function on one of the process's own devices, for which options are set.

    Parameters
    ----------
    function : ConcreteFunction
    name : str, default=None
        Of the device; TensorFlow's default one where None.
    """

    def __init__(self, function, name=None):
        self._function, self._name = function, name

    def __call__(self, *arguments):
        """Return the results for some arguments, both nests of arrays."""
        with nullcontext() if self._name is None else tf.device(self._name):
            tensors = tf.nest.map_structure(tf.convert_to_tensor, arguments)
            given = self._function.structured_input_signature[0]
            tensors += (None,) * (len(given) - len(tensors))
            return tf.nest.map_structure(lambda t: t.numpy(), self._function(*tensors))


class InSession:
    """A function that XLA compiles, once for each shape of its arguments.

    What XLA compiles for a function called eagerly lies with the process's devices, for
    the life of the process: about 12 MB a program. A session has devices of its own,
    and they go when it goes, which is when nothing refers to this any more.

    Parameters
    ----------
    function : ConcreteFunction
    """

    def __init__(self, function):
        with tf.Graph().as_default() as graph:
            given = tf.nest.map_structure(
                lambda spec: spec and _v1.placeholder(spec.dtype, spec.shape),
                function.structured_input_signature[0],
            )
            constants = [tf.constant(v.numpy()) for v in function.captured_inputs]
            function.set_external_captures(constants)
            results = tf.nest.flatten(function(*given))
        self._structure = function.structured_outputs
        session = _v1.Session(graph=graph, config=_configuration())
        self._call = session.make_callable(results, _flat(given))

    def __call__(self, *arguments):
        """Return the results for some arguments, both nests of arrays."""
        values = self._call(*_flat(arguments))
        return tf.nest.pack_sequence_as(self._structure, values)


def _flat(arguments):
    return [each for each in tf.nest.flatten(arguments) if each is not None]


def _configuration():
    """Return options of a session that runs one function and changes nothing in it."""
    options = _v1.GraphOptions(
        rewrite_options=RewriterConfig(disable_meta_optimizer=True),
        optimizer_options=_v1.OptimizerOptions(opt_level=_v1.OptimizerOptions.L0),
    )
    return _v1.ConfigProto(graph_options=options)
