"""Batches of fewer rows than a program's, filled up with rows that do not count.

Whether they may be is tried when a program is made.
"""

from skkeras.training.hyperparameters.arithmetic import (
    n_multiplications,
    seconds_of,
    times_filled,
)
from skkeras.training.hyperparameters.base import CoveredHyperparameter
from skkeras.training.routing.random_layers import draws_random_numbers


class BatchSize(CoveredHyperparameter):
    """The rows of a batch."""

    name = "batch_size"

    def own(self, job):
        """Return the rows; None where draws or the model itself depend on them."""
        is_declared = any(tensor.shape[0] is not None for tensor in job.model.inputs)
        if is_declared or draws_random_numbers(job.model):
            return None
        return job.batch_size

    def leave_out(self, reading):
        """Remove the rows of a batch."""
        reading.has_exact_batch_size = False

    def cover(self, values, others):
        """Return the rows where all have the same: others may still come to them."""
        return values if len(values) == 1 else ()

    def largest_first(self, by_value):
        """Return large batches first: their programs may do for smaller ones, too."""
        return [by_value[size] for size in sorted(by_value, reverse=True)]

    def serves(self, covered, own):
        """Return whether batches are no larger than the program's."""
        return own <= covered

    def extra_seconds(self, covers, job):
        """Estimate the arithmetic of the rows that fill batches up."""
        filling = times_filled(covers, job) - 1
        return filling * seconds_of(n_multiplications(covers, job))
