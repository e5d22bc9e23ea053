"""Numbers as vectors of waves with learnt frequencies."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from numbers import Integral, Real
from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="skkeras")
class PeriodicEmbedding(keras.layers.Layer):
    r"""Gives each number a vector: waves of learnt frequencies, and the number itself.

    A column's number ``x`` becomes ``(x, activation(cos(2 pi w x + b) V + c))``, with
    frequencies ``w``, phases ``b`` and a dense layer ``V``, ``c`` of its own. Periodic
    features let a net learn functions that change quickly, which it would otherwise
    learn last.

    Of the published variants this is PBLD (periodic, bias, linear, dense), of
    Holzmueller, Grinsztajn and Steinwart, "Better by Default: Strong Pre-Tuned MLPs and
    Boosted Trees on Tabular Data", NeurIPS 2024, with its sizes and its scale. It needs
    half the waves of PLR (Gorishniy, Rubachev and Babenko, "On Embeddings for Numerical
    Features in Tabular Deep Learning", NeurIPS 2022), since phases stand for the sine
    beside the cosine, and passes the number on as it is, so that it loses nothing where
    a column's effect is linear.

    Parameters
    ----------
    n_frequencies : int, default=16
        Waves of each column.
    embedding_size : int, default=4
        Length of a number's vector, the number itself included; at least 2.
    frequency_scale : float, default=0.1
        Standard deviation of the frequencies at first; suits columns of unit scale. The
        larger it is, the faster the learnt functions may change.
    activation : str or callable, default=None
        Of the dense layer, as Keras names it; ``"relu"`` in PLR.
    **kwargs : dict
        As any layer takes them.

    Raises
    ------
    ValueError
        When a number is out of range.

    Examples
    --------
    >>> from skkeras.layers import PeriodicEmbedding
    >>> layer = PeriodicEmbedding(n_frequencies=8, embedding_size=3)
    >>> layer.compute_output_shape((None, 2))
    (None, 6)
    """

    def __init__(
        self,
        n_frequencies: int = 16,
        embedding_size: int = 4,
        frequency_scale: float = 0.1,
        activation: str | Callable[..., Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        _check_integer("n_frequencies", n_frequencies, 1)
        _check_integer("embedding_size", embedding_size, 2)
        if not (isinstance(frequency_scale, Real) and 0 < frequency_scale < math.inf):
            raise ValueError(
                f"frequency_scale must be a positive number, got {frequency_scale!r}."
            )
        self.n_frequencies, self.embedding_size = n_frequencies, embedding_size
        self.frequency_scale = frequency_scale
        self.activation = keras.activations.get(activation)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Create frequencies, phases and dense layers for each column.

        Parameters
        ----------
        input_shape : tuple
            Of the columns.
        """
        if len(input_shape) != 2 or input_shape[1] is None:
            raise ValueError(
                "PeriodicEmbedding takes inputs of shape (n_samples, n_columns), got "
                f"{tuple(input_shape)}."
            )
        waves = input_shape[1], self.n_frequencies
        vectors = input_shape[1], self.embedding_size - 1
        shapes = (waves, waves, (*waves, vectors[1]), vectors)
        names = ("frequencies", "phases", "kernel", "bias")
        self.frequencies, self.phases, self.kernel, self.bias = (
            self.add_weight(shape=shape, initializer=initializer, name=name)
            for shape, initializer, name in zip(
                shapes, self.initializers(), names, strict=True
            )
        )
        self.built = True

    def initializers(
        self, seeds: Sequence[int | None] = (None, None, None, None)
    ) -> list[keras.initializers.Initializer]:
        """Return what the weights are drawn by when the layer is built.

        Parameters
        ----------
        seeds : sequence of int, default=(None, None, None, None)
            One for each; None lets Keras draw it.

        Returns
        -------
        list of keras.initializers.Initializer
            Of frequencies, phases, kernel and bias.
        """
        limit = 1 / math.sqrt(self.n_frequencies)
        of_frequencies, *others = seeds
        return [
            keras.initializers.RandomNormal(0.0, self.frequency_scale, of_frequencies),
            *(
                keras.initializers.RandomUniform(-most, most, seed)
                for most, seed in zip((math.pi, limit, limit), others, strict=True)
            ),
        ]

    def call(self, inputs: Any) -> Any:
        """Return the vectors of each row's numbers, one after the other.

        Parameters
        ----------
        inputs : tensor of shape (n_samples, n_columns)
            A number of each column.

        Returns
        -------
        tensor of shape (n_samples, n_columns * embedding_size)
        """
        numbers = ops.expand_dims(ops.cast(inputs, self.compute_dtype), -1)
        turns = self.frequencies * numbers + self.phases / (2 * math.pi)
        waves = _cosine_of_turns(turns)
        vectors = ops.einsum("ncf,cfe->nce", waves, self.kernel) + self.bias
        vectors = ops.concatenate([numbers, self.activation(vectors)], axis=-1)
        return ops.reshape(vectors, (-1, inputs.shape[1] * self.embedding_size))

    def compute_output_shape(
        self, input_shape: tuple[int | None, int]
    ) -> tuple[int | None, int]:
        """Return the shape of the outputs.

        Parameters
        ----------
        input_shape : tuple
            Of the columns.

        Returns
        -------
        tuple
        """
        return input_shape[0], input_shape[1] * self.embedding_size

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor.

        Returns
        -------
        dict
        """
        return super().get_config() | {
            "n_frequencies": self.n_frequencies,
            "embedding_size": self.embedding_size,
            "frequency_scale": self.frequency_scale,
            "activation": keras.activations.serialize(self.activation),
        }


def _cosine_of_turns(turns):
    """Return ``cos(2 pi turns)`` to the precision of float32.

    Of products and sums alone: compiled for a CPU, a cosine is a call of the C library
    for each number, which takes ten times as long.
    """
    half = math.pi * (turns - ops.stop_gradient(ops.round(turns)))
    square = half * half
    series = ops.zeros_like(square)
    for power in (11, 9, 7, 5, 3):  # of the sine up to a quarter turn
        series = square * (series + (-1) ** (power // 2) / math.factorial(power))
    sine = half * (1 + series)
    return 1 - 2 * sine * sine


def _check_integer(name, value, least):
    if not isinstance(value, Integral) or value < least:
        raise ValueError(
            f"{name} must be an integer of at least {least}, got {value!r}."
        )
