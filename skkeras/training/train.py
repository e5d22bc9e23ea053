"""The one entry of training."""

import logging
import time
from functools import partial

from keras import tree
from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter
from keras.src.trainers.data_adapters.data_adapter_utils import (
    unpack_x_y_sample_weight,
)

from skkeras.training.cache import LeastRecentlyUsed
from skkeras.training.cost import why_alone, why_keras
from skkeras.training.eligibility import Ineligible, check_job
from skkeras.training.family import Family
from skkeras.training.job import Result, Training
from skkeras.training.keras_engine import fit_with_keras
from skkeras.training.kernels import release_kernels
from skkeras.training.member import Member
from skkeras.training.memory import members_within_budget
from skkeras.training.population import Population
from skkeras.training.rows import as_keras, n_rows
from skkeras.training.sharing import share_programs
from skkeras.training.signature import signature

_log = logging.getLogger("skkeras.training")
_families = LeastRecentlyUsed(32)


def train(jobs):
    """Train each job's model in place.

    Jobs that agree in architecture, loss, metrics, optimizer, shapes and batch size
    are trained together as one compiled program; what cannot be compiled goes through
    ``Model.fit``.

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
    jobs = list(jobs)
    results = [None] * len(jobs)
    together = {}
    for i, job in enumerate(jobs):
        try:
            check_job(job)
            _check_cost(job)
            together.setdefault(signature(job), []).append(i)
        except Ineligible as reason:
            results[i] = _with_keras(job, str(reason))
    for key, widths, indices in share_programs(jobs, together, _families.keys()):
        _train_alike(key, widths, {i: jobs[i] for i in indices}, results)
    release_kernels(len(jobs))
    return results


def _check_cost(job):
    reason = why_keras(job.model, job.batch_size)
    if reason:
        raise Ineligible(reason)


def _train_alike(key, widths, jobs, results):
    """Train jobs that share a program, and put what they give into results."""
    groups = {}
    for i, job in jobs.items():
        try:
            rows, held_out = _rows(job)
            new = partial(Family, job, rows, held_out, widths)
            family = _families.get(key, new)
            group = family.group(n_rows(rows), n_rows(held_out) if held_out else 0)
            member = Member(job, group.template, _leaves(rows), _leaves(held_out))
            groups.setdefault(group, {})[i] = member
        except Exception as error:
            results[i] = _with_keras(job, _reason(error))
    for group, members in groups.items():
        _train_group(key, group, members, results)


def _train_group(key, group, members, results):
    """Train members of one group, in populations that fit in memory."""
    first, model = next(iter(members.values())), group.template.model
    size = members_within_budget(
        model, [first.leaves, first.held_out or []], first.job.batch_size
    )
    group.not_fusable = group.not_fusable or why_alone(model)
    indices = list(members)
    for at in range(0, len(indices), size):
        part = {i: members[i] for i in indices[at : at + size]}
        if len(part) > 1 and not group.not_fusable:
            try:
                _train_population(group, part, results)
                continue
            except _NotCompiled as error:
                group.not_fusable = str(error)
        for i, member in part.items():
            try:
                _train_population(group, {i: member}, results)
            except _NotCompiled as error:
                _families.put_error(key, Ineligible(str(error)))
                results[i] = _with_keras(member.job, str(error))


class _NotCompiled(Exception):
    """A program could not be traced or compiled; nothing has been trained yet."""


def _train_population(group, members, results):
    try:
        population = Population(group, list(members.values()))
    except Exception as error:
        raise _NotCompiled(_reason(error)) from error
    start = time.perf_counter()
    population.train()
    seconds = time.perf_counter() - start
    count = len(members)
    for i, member in members.items():
        training = Training(
            "fused" if count > 1 else "compiled",
            count,
            group.not_fusable,
            population.compile_seconds,
            seconds,
        )
        results[i] = Result(member.history, training, member.error)


def _with_keras(job, reason):
    if job.engine != "keras":
        _log.info("Model.fit trains this model: %s", reason)
    return fit_with_keras(job, reason)


def _rows(job):
    """Return (x, y, sample_weight) of training and held-out rows as Keras sees them."""
    return _one(job.x, job.y, job.sample_weight), (
        job.validation_data and _one(*job.validation_data)
    )


def _one(x, y, sample_weight=None):
    data = as_keras((x, y, sample_weight))
    adapted = ArrayDataAdapter(*data)._inputs
    return tree.lists_to_tuples(unpack_x_y_sample_weight(adapted))


def _leaves(rows):
    return rows and [leaf for leaf in tree.flatten(rows) if leaf is not None]


def _reason(error):
    line = str(error).strip().split("\n")[0][:200]
    return line if isinstance(error, Ineligible) else f"{type(error).__name__}: {line}"
