"""The first layer of a net for tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="skkeras")
class TableFeatures(keras.layers.Layer):
    """Turns the columns of an encoded table into features of a dense layer.

    Takes what :class:`~skkeras.preprocessing.TableEncoder` gives: numbers, then flags,
    then codes of categories. Numbers and flags pass; beside them come the numbers as
    another layer encodes them, and an embedding of each code (Guo and Berkhahn,
    "Entity Embeddings of Categorical Variables", 2016).

    Parameters
    ----------
    n_numbers, n_flags : int
        Columns of each kind.
    cardinalities : sequence of int, default=()
        For each column of codes, how many there are.
    encoding : keras.layers.Layer, default=None
        Layer that encodes the numbers, such as
        :class:`~skkeras.layers.PiecewiseLinearEncoding`; None for no such features.
    embedding_size : int, default=8
        Length of the vector of a code.
    embeddings_regularizer : str or keras.regularizers.Regularizer, default=None
        Of these vectors.
    **kwargs : dict
        As any layer takes them.

    Examples
    --------
    >>> import numpy as np
    >>> from skkeras.layers import TableFeatures
    >>> layer = TableFeatures(2, 1, cardinalities=[30], embedding_size=4)
    >>> tuple(layer(np.zeros((5, 4), "float32")).shape)
    (5, 7)
    """

    def __init__(
        self,
        n_numbers: int,
        n_flags: int,
        cardinalities: Sequence[int] = (),
        encoding: keras.layers.Layer | None = None,
        embedding_size: int = 8,
        embeddings_regularizer: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.n_numbers, self.n_flags = n_numbers, n_flags
        self.cardinalities = list(cardinalities)
        self.encoding, self.embedding_size = encoding, embedding_size
        self.embeddings_regularizer = keras.regularizers.get(embeddings_regularizer)
        self.embeddings = [
            keras.layers.Embedding(
                n,
                embedding_size,
                embeddings_regularizer=self.embeddings_regularizer,
                name=f"embedding_{i}",
            )
            for i, n in enumerate(self.cardinalities)
        ]

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Create the weights of the layers inside.

        Parameters
        ----------
        input_shape : tuple
            Of the encoded table.
        """
        if self.encoding is not None and not self.encoding.built:
            self.encoding.build((input_shape[0], self.n_numbers))
        for embedding in self.embeddings:
            embedding.build((input_shape[0],))
        self.built = True

    def call(self, inputs: Any) -> Any:
        """Return the features of each row.

        Parameters
        ----------
        inputs : tensor of shape (n_samples, n_columns)
            The encoded table.

        Returns
        -------
        tensor of shape (n_samples, n_features)
        """
        n_passed = self.n_numbers + self.n_flags
        parts = [inputs[:, :n_passed]]
        if self.encoding is not None:
            parts.append(self.encoding(inputs[:, : self.n_numbers]))
        for i, embedding in enumerate(self.embeddings):
            parts.append(embedding(ops.cast(inputs[:, n_passed + i], "int32")))
        return ops.concatenate(parts, axis=-1) if len(parts) > 1 else parts[0]

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor.

        Returns
        -------
        dict
        """
        encoding = self.encoding
        return super().get_config() | {
            "n_numbers": self.n_numbers,
            "n_flags": self.n_flags,
            "cardinalities": self.cardinalities,
            "encoding": encoding and keras.saving.serialize_keras_object(encoding),
            "embedding_size": self.embedding_size,
            "embeddings_regularizer": keras.regularizers.serialize(
                self.embeddings_regularizer
            ),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> TableFeatures:
        """Create the layer that a configuration describes.

        Parameters
        ----------
        config : dict
            From `get_config`.

        Returns
        -------
        TableFeatures
        """
        if config.get("encoding") is not None:
            encoding = keras.saving.deserialize_keras_object(config["encoding"])
            config = {**config, "encoding": encoding}
        return cls(**config)
