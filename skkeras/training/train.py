"""The one entry of training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from skkeras.training.engines import engine_of_backend
from skkeras.training.job import Job, Result, Training
from skkeras.training.keras_internals.forked import check_not_forked
from skkeras.training.keras_internals.variable_memory import release_kernels
from skkeras.training.model_fit.fit import fit_with_keras
from skkeras.training.routing.eligibility import reason_of
from skkeras.training.state.deferred_optimizer import complete
from skkeras.training.state.fit_model import as_fit_model


def train(jobs: Sequence[Job]) -> list[Result]:
    """Train each job's model in place.

    Jobs that agree in architecture, loss, metrics, optimizer, shapes and batch size
    are trained together as one compiled program, on TensorFlow also those that differ
    in hidden widths, activations, loss, optimizer, batch size, penalties or rates of
    dropout, where that is exact. What cannot be compiled goes through ``Model.fit``,
    and so does everything on PyTorch.

    Parameters
    ----------
    jobs : sequence of Job

    Returns
    -------
    list of Result
        In the order of `jobs`. What a job alone raised is in its result's ``error``.

    References
    ----------
    Wang et al., "Horizontally Fused Training Array", MLSys 2021.
    """
    check_not_forked()
    engine, results, together = engine_of_backend(), {}, {}
    for number, job in enumerate(jobs):
        job = replace(job, fit_model=as_fit_model(job.fit_model))
        try:
            complete(job.model)
        except Exception as error:  # where training went on would not be known
            results[number] = Result({}, Training("keras"), error)
            continue
        try:
            together.setdefault(engine.key(job), {})[number] = job
        except Exception as error:
            results[number] = fit_with_keras(job, reason_of(error))
    results |= engine.train(together)
    release_kernels(len(results))
    return [results[number] for number in range(len(results))]
