"""Fits of one architecture as one program, on Keras's JAX backend.

``Model.train_step`` is a function of its state there, so a step of many fits is
`jax.vmap` of it. Fits that differ in their number of rows have programs of their own,
and callbacks other than `EarlyStopping` leave a fit to ``Model.fit``.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import partial

import keras

from skkeras.training.cache import LeastRecentlyUsed
from skkeras.training.engines.base import BATCH_SIZE
from skkeras.training.engines.jax_devices import devices
from skkeras.training.engines.jax_program import Program, held_out_of, rows_of
from skkeras.training.engines.kept_graphs import KeptGraphs
from skkeras.training.hyperparameters.free import free_of
from skkeras.training.hyperparameters.learning_rate import PlannedLearningRate
from skkeras.training.job import Arrays, Job, Result
from skkeras.training.keras_internals.models import layers_inside
from skkeras.training.keras_internals.optimizers import learning_rate_of
from skkeras.training.model_fit.fit import fit_with_keras
from skkeras.training.model_fit.predict import predict_with_keras
from skkeras.training.planning.memory import members_within_budget
from skkeras.training.planning.signature import signature
from skkeras.training.routing.cost import why_alone
from skkeras.training.routing.eligibility import Ineligible, check_job, reason_of
from skkeras.training.rows.arrays import n_rows
from skkeras.training.rows.selected import n_selected, with_rows_of_its_own
from skkeras.training.state.fit_model import FitModel, with_own_model

_programs = LeastRecentlyUsed(32)


class JAXEngine:
    """Trains jobs of one key, as many at a time as fit into memory, by one program.

    Many are divided over the devices that JAX has.
    """

    def key(self, job: Job) -> Hashable:
        """Return the job's signature, its hyperparameters and numbers of rows."""
        check_job(job)
        _check_callbacks(job)
        exact = tuple(each.own(job) for each in free_of(job.model))
        held_out = held_out_of(job)
        sizes = n_selected(job), held_out and n_rows(held_out)
        return signature(job), exact, sizes, job.shuffle

    def train(
        self, together: Mapping[Hashable, Mapping[int, Job]]
    ) -> dict[int, Result]:
        """Train the jobs of each key; their models change when all are done."""
        results: dict[int, Result] = {}
        for key, jobs in together.items():
            for part in _parts(jobs):
                results |= _train_part(key, part)
        return results

    def predict(
        self,
        model: FitModel,
        x: Arrays,
        batch_size: int | None,
        kept: KeptGraphs | None = None,
    ) -> Arrays:
        """Return what ``Model.predict`` gives for full batches."""
        return predict_with_keras(model.build(), x, batch_size or BATCH_SIZE)

    def forget_programs(self) -> None:
        """Give back all programs."""
        _programs.clear()


def _parts(jobs):
    """Cut jobs of one key into those that are trained at a time."""
    numbers, size = list(jobs), 1
    job = jobs[numbers[0]]
    if not _is_better_alone(job.model):
        data = [*rows_of(job), *held_out_of(job)]
        one = members_within_budget(job.model, data, job.batch_size)
        size = devices().most(lambda count: count * one)
    for at in range(0, len(numbers), size):
        yield {number: jobs[number] for number in numbers[at : at + size]}


def _train_part(key, jobs):
    own = {
        number: with_rows_of_its_own(with_own_model(job))
        for number, job in jobs.items()
    }
    first = next(iter(own.values()))
    try:
        results = _program(key, first).train(list(own.values()))
    except Ineligible as reason:  # no model has changed
        return {n: fit_with_keras(job, str(reason)) for n, job in own.items()}
    return dict(zip(own, results, strict=True))


def _program(key, job):
    try:
        return _programs.get(key, partial(Program, job))
    except Exception as error:
        raise Ineligible(reason_of(error)) from error


def _check_callbacks(job):
    others = [c for c in job.callbacks if not isinstance(c, PlannedLearningRate)]
    plans = len(job.callbacks) - len(others)
    has_rate = isinstance(learning_rate_of(job.model.optimizer), keras.Variable)
    # The direction of a metric is looked up in the model, where it is not built yet.
    known = all(
        type(c) is keras.callbacks.EarlyStopping
        and (c.monitor in ("loss", "val_loss") or c.mode != "auto")
        for c in others
    )
    if job.verbose != 0 or not known or plans > int(has_rate):
        raise Ineligible("callbacks or progress output, on the JAX backend")


def _is_better_alone(model):
    layers = layers_inside(model)
    # Convolutions with a kernel for each member become grouped ones, slow on a CPU.
    convolutions = any(hasattr(layer, "kernel_size") for layer in layers)
    return convolutions or why_alone(model) is not None
