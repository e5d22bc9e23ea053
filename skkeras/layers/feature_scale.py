"""A weight for each feature, so that those of no use fade."""

from __future__ import annotations

from typing import Any

import keras


@keras.saving.register_keras_serializable(package="skkeras")
class FeatureScale(keras.layers.Layer):
    """Multiplies each feature by a weight of its own.

    Before a dense layer this describes no other functions than that layer alone. But
    where squared weights are penalised, here and there, the penalty is another one: for
    a feature whose weights ``w`` of the dense layer are multiplied by ``s``, the least
    of ``s**2 + ||w||**2`` among all that give the same product is ``2 * ||s * w||``. So
    it grows with the length of a feature's weights, not with its square, and features
    that help little fade out, as under a group lasso (Hoff, "Lasso, fractional norm and
    structured sparsity estimation using a Hadamard product parametrization",
    Computational Statistics & Data Analysis, 2017). A layer of this kind begins the
    nets of Holzmüller, Grinsztajn and Steinwart, "Better by Default: Strong Pre-Tuned
    MLPs and Boosted Trees on Tabular Data", NeurIPS 2024.

    Parameters
    ----------
    scale_initializer : str or keras.initializers.Initializer, default="ones"
        Of the weights.
    scale_regularizer : str or keras.regularizers.Regularizer, default=None
        Of the weights; give the dense layer behind the same as its
        ``kernel_regularizer``.
    **kwargs : dict
        As any layer takes them.

    Examples
    --------
    >>> import keras
    >>> from skkeras.layers import FeatureScale
    >>> model = keras.Sequential(
    ...     [
    ...         keras.Input((5,)),
    ...         FeatureScale(scale_regularizer="l2"),
    ...         keras.layers.Dense(1, kernel_regularizer="l2"),
    ...     ]
    ... )
    >>> model.count_params()
    11
    """

    def __init__(
        self,
        scale_initializer: Any = "ones",
        scale_regularizer: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.scale_initializer = keras.initializers.get(scale_initializer)
        self.scale_regularizer = keras.regularizers.get(scale_regularizer)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Create the weights.

        Parameters
        ----------
        input_shape : tuple
            Of the features, which are the last axis.
        """
        if input_shape[-1] is None:
            raise ValueError(
                "FeatureScale has a weight for each feature, and the last axis of its "
                f"inputs has no length: their shape is {tuple(input_shape)}."
            )
        self.scale = self.add_weight(
            shape=input_shape[-1:],
            initializer=self.scale_initializer,
            regularizer=self.scale_regularizer,
            name="scale",
        )
        self.built = True

    def call(self, inputs: Any) -> Any:
        """Return the scaled features.

        Parameters
        ----------
        inputs : tensor of shape (n_samples, ..., n_features)
            The features.

        Returns
        -------
        tensor of the same shape
        """
        return inputs * self.scale

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        """Return the shape of the outputs, which is that of the inputs.

        Parameters
        ----------
        input_shape : tuple
            Of the features.

        Returns
        -------
        tuple
        """
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor.

        Returns
        -------
        dict
        """
        return super().get_config() | {
            "scale_initializer": keras.initializers.serialize(self.scale_initializer),
            "scale_regularizer": keras.regularizers.serialize(self.scale_regularizer),
        }
