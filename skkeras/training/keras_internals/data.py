"""How ``Model.fit`` takes arrays, from Keras's data adapters.

When a module moves, look for the same names in `keras/src/trainers/data_adapters/`.
Until then there is no `Batches`, the self-check fails, and others stand for the rest.

- ``array_data_adapter.ArrayDataAdapter``: casts and checks arrays, and gives them in
  batches; ``Model.fit`` takes one in place of ``x``. A ``PyDataset`` can do the latter,
  slower.
- ``_inputs``: its arrays after that.
- ``_num_samples``: the number of their rows; the length of any of them.
- ``array_data_adapter.can_convert_arrays``: what it takes. A check of types.
- ``array_slicing.convert_to_sliceable``: arrays as `tf.gather` takes them, among them
  sparse and ragged ones.
- ``array_slicing.train_validation_split``: the last rows, as ``validation_split`` holds
  them out.
- ``data_adapter_utils.class_weight_to_sample_weights``: a weight for each row by its
  class.
"""

from keras import tree

try:
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
except ImportError as error:
    from skkeras.training.keras_internals.array_rows import (
        can_convert_arrays,
        class_weight_to_sample_weights,
        train_validation_split,
    )

    MISSING = str(error)
    ArrayDataAdapter = object
else:
    MISSING = None

__all__ = [
    "MISSING",
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

    def sliceable_rows(self):
        """Return (x, y, sample_weight) as TensorFlow slices them."""
        inputs = convert_to_sliceable(self._inputs, target_backend="tensorflow")
        return tree.lists_to_tuples(inputs)
