"""How ``Model.fit`` takes arrays, from Keras's data adapters.

When the modules move, look for the classes and functions of the same names in
`keras/src/trainers/data_adapters/`.
"""

from keras import tree
from keras.src.trainers.data_adapters.array_data_adapter import (
    ArrayDataAdapter,
    can_convert_arrays,
)
from keras.src.trainers.data_adapters.array_slicing import (
    convert_to_sliceable,
    train_validation_split,
)
from keras.src.trainers.data_adapters.data_adapter_utils import (
    class_weight_to_sample_weights,
)

__all__ = [
    "Batches",
    "can_convert_arrays",
    "class_weight_to_sample_weights",
    "rows_as_trained",
    "train_validation_split",
]


def rows_as_trained(*data):
    """Return (x, y, sample_weight) or a part of it as ``Model.fit`` hands it on.

    Parameters
    ----------
    *data : nest of ndarray or None

    Returns
    -------
    tuple
        What was None at the end is left out.
    """
    return ArrayDataAdapter(*data)._inputs


class Batches(ArrayDataAdapter):
    """Arrays in batches; ``Model.fit`` accepts it in place of ``x``."""

    @property
    def n_rows(self):
        """Number of rows."""
        return self._num_samples

    @property
    def n_rows_of_batch(self):
        """Rows of all batches but the last."""
        return self._batch_size

    def sliceable_rows(self):
        """Return (x, y, sample_weight) as TensorFlow slices them."""
        inputs = convert_to_sliceable(self._inputs, target_backend="tensorflow")
        return tree.lists_to_tuples(inputs)
