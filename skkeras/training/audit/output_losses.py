"""The losses of a model's outputs in its logs, as ``Model.fit`` averages them.

Keras weighs each step's by the rows of the batch where their number is known as the
step is traced. In ``Model.fit`` it is not, so there all steps count alike.
"""

from contextlib import contextmanager

from skkeras.training.keras_internals.models import compiled_loss


def count_steps_alike(model):
    """Make all steps count alike in the losses of a model's outputs.

    Parameters
    ----------
    model : keras.Model
        Compiled, its losses built; changed in place.
    """
    for metric in compiled_loss(model).metrics:
        vars(metric)["update_state"] = _unweighted(metric.update_state)


@contextmanager
def steps_that_count_alike(model):
    """Do the same inside the block alone."""
    count_steps_alike(model)
    try:
        yield
    finally:
        for metric in compiled_loss(model).metrics:
            del vars(metric)["update_state"]


def _unweighted(by_keras):
    return lambda value, sample_weight=None: by_keras(value)
