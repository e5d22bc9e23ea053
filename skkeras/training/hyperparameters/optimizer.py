"""The optimizer, its learning rate apart.

All compute their update of the same weights, and a fit takes that of its own.
"""

import keras
import numpy as np

from skkeras.training.hyperparameters.arithmetic import n_updated
from skkeras.training.hyperparameters.base import Setting
from skkeras.training.hyperparameters.choice import Choice
from skkeras.training.hyperparameters.chosen_optimizer import (
    is_as_configured,
    own_optimizer,
)
from skkeras.training.state.slots import Constant

_UPDATING = 5e-10  # seconds for a weight and a step


class Optimizer(Choice):
    """The kind of optimizer."""

    name = "optimizer"

    def own(self, job):
        """Return the kind; None where it cannot be chosen."""
        optimizer = job.model.optimizer
        kind = own_optimizer(optimizer)
        if kind is None or not is_as_configured(optimizer):
            return None
        return frozenset([kind])

    def leave_out(self, reading):
        """Remove the optimizer."""
        reading.optimizer = "any"

    def lift(self, model, updater, covered):
        """Make the updater choose by a number in a variable."""
        if len(covered) < 2:
            return None
        variable = keras.Variable(0, trainable=False, dtype="int32", name="optimizer")
        updater.choose_by(variable)
        return Setting(variable, lambda fitted: _number(fitted, covered))

    def extra_seconds(self, covers, job):
        """Estimate the time of the updates that are not taken."""
        unchosen = len(covers.get(self.name)) - 1
        return _UPDATING * unchosen * n_updated(covers, job) / job.batch_size


def _number(model, kinds):
    kind = own_optimizer(model.optimizer)
    return Constant(np.array(kinds.index(kind), "int32"), (kind.form,))
