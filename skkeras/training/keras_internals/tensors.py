"""What Keras notes on a tensor for the layers and losses that get it.

Keras 3 sets attributes on tensors, in `keras/src/backend/common/masking.py` and in
its activations. When they go, look there.
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
