"""Nets of one architecture as one layer."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops


class _Architecture:
    """Holds a net that is not the layer's own: Keras looks for weights elsewhere."""

    def __init__(self, net):
        self.net = net


@keras.saving.register_keras_serializable(package="skkeras")
class MeanOfNets(keras.layers.Layer):
    """Weighted sum of what nets of one architecture give, computed side by side.

    The weights of the nets are stacked, so that many small nets take a few large
    operations, as in the training of `skkeras` (Wang et al., "Horizontally Fused
    Training Array", MLSys 2021).

    Parameters
    ----------
    net : keras.Model
        Built, with one input and one output. Its architecture counts, not its weights.
    shares : sequence of float
        How much each net's outputs count.
    **kwargs : dict
        As any layer takes them.

    Examples
    --------
    >>> import keras
    >>> import numpy as np
    >>> from skkeras.layers import MeanOfNets
    >>> x = np.ones((3, 2), "float32")
    >>> def net(weight):
    ...     start = keras.initializers.Constant(weight)
    ...     dense = keras.layers.Dense(1, kernel_initializer=start)
    ...     return keras.Sequential([keras.Input((2,)), dense])
    >>> nets = [net(1.0), net(3.0)]
    >>> layer = MeanOfNets(nets[0], shares=[0.75, 0.25])
    >>> layer.build((None, 2))
    >>> layer.set_nets(nets)
    >>> np.asarray(layer(x)).ravel().tolist()
    [3.0, 3.0, 3.0]
    """

    def __init__(
        self, net: keras.Model, shares: Sequence[float], **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.shares = list(map(float, shares))
        self._architecture = _Architecture(net)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Create the stacked weights.

        Parameters
        ----------
        input_shape : tuple
            Of what each net takes.
        """
        self._stacked = [
            self.add_weight(
                shape=(len(self.shares), *variable.shape),
                dtype=variable.dtype,
                initializer="zeros",
                trainable=variable.trainable,
                name=f"{variable.path.split('/', 1)[-1].replace('/', '_')}_{number}",
            )
            for number, variable in enumerate(self._variables_of_a_net)
        ]
        self.built = True

    @property
    def _variables_of_a_net(self):
        return self._architecture.net.variables

    def set_nets(self, nets: Sequence[keras.Model]) -> None:
        """Take the weights of nets.

        Parameters
        ----------
        nets : sequence of keras.Model
            One for each share, of the layer's architecture.
        """
        # Not convert_to_numpy: asked for a copy, TensorFlow's variables warn.
        self.set_values([[np.asarray(v) for v in net.variables] for net in nets])

    def set_values(self, values: Sequence[Sequence[np.ndarray]]) -> None:
        """Take the weights of nets as arrays.

        Parameters
        ----------
        values : sequence of sequence of ndarray
            For each share one for each of a net's ``variables``.
        """
        for stacked, column in zip(
            self._stacked, zip(*values, strict=True), strict=True
        ):
            stacked.assign(np.stack(column))

    def net(self, number: int) -> keras.Model:
        """Return one of the nets, as a model of its own.

        Parameters
        ----------
        number : int
            In the order of the shares.

        Returns
        -------
        keras.Model
        """
        state = random.getstate()  # from which new layers draw their seeds
        try:
            net = keras.models.clone_model(self._architecture.net)
        finally:
            random.setstate(state)
        for variable, stacked in zip(net.variables, self._stacked, strict=True):
            variable.assign(stacked[number])
        return net

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """Return the weighted sum of the nets' outputs.

        Parameters
        ----------
        inputs : tensor
            As each net takes them.
        training : bool, default=None
            Passed to the nets.

        Returns
        -------
        tensor
        """

        def outputs(values):
            mapping = list(zip(self._variables_of_a_net, values, strict=True))
            with keras.StatelessScope(mapping):
                return self._architecture.net(inputs, training=training)

        stacked = [ops.convert_to_tensor(variable) for variable in self._stacked]
        found = _map(outputs, stacked)
        shares = ops.convert_to_tensor(self.shares, dtype=found.dtype)
        return ops.tensordot(shares, found, axes=1)

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        """Return the shape of a net's outputs.

        Parameters
        ----------
        input_shape : tuple
            Of what each net takes.

        Returns
        -------
        tuple
        """
        return self._architecture.net.compute_output_shape(input_shape)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor.

        Returns
        -------
        dict
        """
        net = keras.saving.serialize_keras_object(self._architecture.net)
        return super().get_config() | {"net": net, "shares": self.shares}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> MeanOfNets:
        """Create the layer that a configuration describes.

        Parameters
        ----------
        config : dict
            From `get_config`.

        Returns
        -------
        MeanOfNets
        """
        net = keras.saving.deserialize_keras_object(config["net"])
        return cls(**{**config, "net": net})


def _map(function, stacked):
    """Return what a function gives for the values of each net, stacked."""
    if not _is_eager():
        return ops.vectorized_map(function, stacked)
    # Vectorizing traces the function at each call, for longer than it then saves.
    each = zip(*map(ops.unstack, stacked), strict=True)
    return ops.stack([function(list(values)) for values in each])


def _is_eager():
    if keras.backend.backend() != "tensorflow":
        return False
    import tensorflow as tf  # not above: it may not be installed

    return tf.executing_eagerly()
