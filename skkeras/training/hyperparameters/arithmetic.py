"""What a row costs in a program that is larger than a job needs."""

import math
from itertools import pairwise

from skkeras.training.routing.cost import multiplications

_ARITHMETIC = 3e10  # operations a second
_OPERATIONS = 6  # for a weight and a row: two forward, four for the gradients


def seconds_of(n):
    """Return the seconds in which a row is multiplied with weights, gradients too."""
    return _OPERATIONS * n / _ARITHMETIC


def n_weights(sizes):
    """Return the number of weights between dense layers of these sizes."""
    return sum(math.prod(pair) for pair in pairwise(sizes))


def n_multiplications(covers, job):
    """Return how many weights a row meets in a program that covers a job."""
    sizes = covers.get("widths")
    return multiplications(job.model) if sizes is None else n_weights(sizes)


def n_updated(covers, job):
    """Return how many weights a step updates in a program that covers a job."""
    sizes = covers.get("widths")
    if sizes is not None:
        return n_weights(sizes)
    return sum(math.prod(v.shape) for v in job.model.trainable_variables)


def times_filled(covers, job):
    """Return how many times as large as a job's batch a program's is."""
    return covers.get("batch_size", job.batch_size) / job.batch_size
