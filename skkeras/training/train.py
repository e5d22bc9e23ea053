"""The one entry of training."""

from skkeras.training.keras_engine import fit_with_keras


def train(jobs):
    """Train each job's model in place.

    Parameters
    ----------
    jobs : sequence of Job

    Returns
    -------
    list of Result
        In the order of `jobs`. What a job alone raised is in its result's ``error``.
    """
    return [fit_with_keras(job, "engine='keras'") for job in jobs]
