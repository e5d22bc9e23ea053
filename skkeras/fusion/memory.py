"""How much memory a fit holds while it waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from skkeras.training import Job

# A model's weights, their gradients, and the two moments of an optimizer such as Adam.
_COPIES_OF_WEIGHTS = 4
_WEIGHT_BYTES = 4
# A task's own rows, and the engine's.
_COPIES_OF_ROWS = 2


def job_bytes(job: Job) -> int:
    """Estimate the bytes that a job's model and rows take until it is trained.

    Parameters
    ----------
    job : skkeras.training.Job

    Returns
    -------
    int
    """
    from keras import tree  # imports TensorFlow

    weights = _WEIGHT_BYTES * job.model.count_params()
    data = (job.x, job.y, job.sample_weight, job.validation_data)
    rows = sum(getattr(leaf, "nbytes", 0) for leaf in tree.flatten(data))
    return _COPIES_OF_WEIGHTS * weights + _COPIES_OF_ROWS * rows
