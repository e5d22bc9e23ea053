"""The rows that a fit trains on, where they are some of those in its arrays."""

from dataclasses import replace

from keras import tree

from skkeras.training.rows.arrays import n_rows


def n_selected(job):
    """Return how many rows a job trains on.

    Parameters
    ----------
    job : Job
    """
    return n_rows((job.x,)) if job.rows is None else len(job.rows)


def with_rows_of_its_own(job):
    """Return a job whose arrays hold the rows that it trains on, and no others.

    Parameters
    ----------
    job : Job
    """
    if job.rows is None:
        return job

    def take(leaf):
        return None if leaf is None else leaf[job.rows]

    taken = tree.map_structure(take, (job.x, job.y, job.sample_weight))
    x, y, sample_weight = taken
    return replace(job, x=x, y=y, sample_weight=sample_weight, rows=None)
