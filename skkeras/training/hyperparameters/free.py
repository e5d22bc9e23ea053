"""The hyperparameters that any program takes at run time, on any backend."""

from skkeras.training.hyperparameters.dropout_rate import DropoutRate
from skkeras.training.hyperparameters.penalty_factors import PenaltyFactors
from skkeras.training.routing.own_code import has_own_code

FREE = (PenaltyFactors(), DropoutRate())
"""Any program serves all their values."""


def free_of(model):
    """Return the free hyperparameters of a model.

    Only models of Keras's own code are treated so: others may have more uses for them.
    """
    return () if has_own_code(model) else FREE
