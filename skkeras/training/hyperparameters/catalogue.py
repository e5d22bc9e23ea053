"""The hyperparameters that TensorFlow's programs cover, beside the free ones."""

from skkeras.training.hyperparameters.activation import Activation
from skkeras.training.hyperparameters.batch_size import BatchSize
from skkeras.training.hyperparameters.loss import Loss
from skkeras.training.hyperparameters.optimizer import Optimizer
from skkeras.training.hyperparameters.widths import Widths
from skkeras.training.keras_internals.stock import is_stock

COVERED = (BatchSize(), Optimizer(), Loss(), Activation(), Widths())
"""Fits that differ in these are set apart by the first, if one program costs too much;
of what programs may cover, the last varies first."""


def own_values(job):
    """Return what a job has of the hyperparameters that programs may cover.

    Parameters
    ----------
    job : Job

    Returns
    -------
    dict of CoveredHyperparameter to Hashable
        Without those that a program must have exact: all, where the model does not know
        its outputs or its class is a user's, which may compute its loss otherwise.
    """
    if not is_stock(type(job.model)) or not getattr(job.model, "outputs", None):
        return {}
    values = {each: each.own(job) for each in COVERED}
    return {each: value for each, value in values.items() if value is not None}
