"""What Keras notes on a tensor for the layers and losses that get it.

When one goes, look in `keras/src/backend/common/masking.py` and in Keras's activations.

- ``_keras_mask``: which parts count.
- ``_keras_logits``: what softmax or sigmoid was computed from.
"""


def mask_of(tensor):
    """Return which parts of a tensor count, None where all do."""
    return getattr(tensor, "_keras_mask", None)


def set_mask(tensor, mask):
    """Tell losses and metrics which rows of predictions count."""
    tensor._keras_mask = mask


def logits_of(probabilities):
    """Return the logits that Keras's softmax or sigmoid came from, None if unknown."""
    return getattr(probabilities, "_keras_logits", None)
