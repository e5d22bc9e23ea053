"""The one entry of training."""

import logging
import time
from collections.abc import Sequence
from functools import partial
from itertools import zip_longest
from typing import NamedTuple

import keras
from keras import tree

from skkeras.training.audit.steps import Diverging
from skkeras.training.cache import LeastRecentlyUsed, may_pass
from skkeras.training.job import Job, Result, Training
from skkeras.training.keras_internals.data import rows_as_trained
from skkeras.training.keras_internals.forked import check_not_forked
from skkeras.training.keras_internals.variable_memory import release_kernels
from skkeras.training.model_fit.fit import fit_with_keras
from skkeras.training.planning.memory import members_within_budget
from skkeras.training.planning.sharing import share_programs
from skkeras.training.planning.signature import OnlyOne, signature
from skkeras.training.population.member import Member, needs_model
from skkeras.training.population.population import Population
from skkeras.training.population.threads import Stopped, n_threads, run_all
from skkeras.training.program.family import Family, Group
from skkeras.training.routing.cost import why_alone, why_keras
from skkeras.training.routing.eligibility import Ineligible, check_job, reason_of
from skkeras.training.rows.arrays import as_keras, n_rows
from skkeras.training.state.deferred_optimizer import complete
from skkeras.training.state.unbuilt_model import own_model

_families = LeastRecentlyUsed(32)
_log = logging.getLogger("skkeras.training")


def train(jobs: Sequence[Job]) -> list[Result]:
    """Train each job's model in place.

    Jobs that agree in architecture, loss, metrics, optimizer, shapes and batch size
    are trained together as one compiled program, those that differ in hidden widths,
    activations, loss, optimizer, batch size, penalties or rates of dropout by one where
    that is exact; several populations train side by side, one a core. What cannot be
    compiled goes through ``Model.fit``.

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
    jobs = list(jobs)
    results = [None] * len(jobs)
    together = {}
    for i, job in enumerate(jobs):
        complete(job.model)
        try:
            check_job(job)
            _check_cost(job)
            together.setdefault(signature(job), []).append(i)
        except Exception as error:
            results[i] = _with_keras(job, reason_of(error))
    planned = _share_programs(jobs, together)
    programs = (
        list(_parts(key, covers, {i: jobs[i] for i in indices}, results))
        for key, covers, indices in planned
    )
    _run(_in_turns(programs), results)
    release_kernels(len(jobs))
    return results


def _share_programs(jobs, together):
    """Return which program trains which jobs; its own each, where planning fails."""
    try:
        return share_programs(jobs, together, _families.keys())
    except Exception as error:
        _log.info("no shared programs: %s", reason_of(error))
        return [(key, None, numbers) for key, numbers in together.items()]


def _in_turns(programs):
    """Yield the first part of each program, then the second: they compile side by side.

    Parts of one program that started together would wait for the same compilation.
    """
    later = []
    for parts in programs:
        yield from parts[:1]  # compiled while the next is prepared
        later.append(parts[1:])
    for at_once in zip_longest(*later):
        yield from (part for part in at_once if part is not None)


def _check_cost(job):
    reason = why_keras(job.model, job.batch_size)
    if reason:
        raise Ineligible(reason)


class _Part(NamedTuple):
    """Members that are trained as one population.

    Parameters
    ----------
    key : tuple
        Of the program's family.
    group : Group
    members : dict of int to Member
        By their jobs' numbers.
    capacity : int or None
        Members of the program to use, where it should not just fit these.
    together : int
        Members of all parts that the same program trains at this time.
    """

    key: tuple
    group: Group
    members: dict
    capacity: int | None
    together: int


def _parts(key, covers, jobs, results):
    """Cut jobs that share a program into populations, each of one batch size."""
    groups, apart = {}, {}
    for i, job in jobs.items():
        try:
            rows, held_out = _rows(job)
            new = partial(Family, job, rows, held_out, covers)
            family = new() if isinstance(key, OnlyOne) else _families.get(key, new)
            family.check_batch_size(job)
            group = family.group(n_rows(rows), n_rows(held_out) if held_out else 0)
            if needs_model(job, group.template):
                job = own_model(job)
            member = Member(job, group.template, _leaves(rows), _leaves(held_out))
            groups.setdefault((group, job.batch_size), {})[i] = member
        except Exception as error:
            if covers is None:
                results[i] = _with_keras(job, reason_of(error))
            else:
                apart.setdefault(signature(job), {})[i] = job
    # The fewest first: a program that suits them is one for the others, too.
    for (group, _), members in sorted(groups.items(), key=lambda item: len(item[1])):
        try:
            parts = list(_cut(key, group, members))
        except Exception as error:
            for i, member in members.items():
                results[i] = _with_keras(member.job, reason_of(error))
        else:
            yield from parts
    for own, rest in apart.items():
        yield from _parts(own, None, rest, results)


def _cut(key, group, members):
    """Divide members of one group into parts."""
    model, indices = group.template.model, list(members)
    group.not_fusable = group.not_fusable or why_alone(model)
    size, capacity = _size_of_parts(group, list(members.values()))
    together = 1 if size == 1 else len(members)
    for at in range(0, len(indices), size):
        part = {i: members[i] for i in indices[at : at + size]}
        for member in group.provers(list(part.values()), capacity):
            member.build()  # in this thread, which may hold locks of its own
        yield _Part(key, group, part, capacity, together)


def _size_of_parts(group, members):
    """Return how many members a part should have, and its program's capacity."""
    if group.not_fusable:
        return 1, None
    job, data = members[0].job, [members[0].leaves, members[0].held_out or []]
    watched, threads = any(member.watched for member in members), n_threads()
    most = members_within_budget(
        group.template.model,
        data,
        group.layouts[0].batch_size,
        1 if watched else threads,
    )
    if watched:
        return most, None  # callbacks may want to meet after each epoch
    epochs = job.epochs - job.initial_epoch
    steps = -(-len(members[0].leaves[0]) // job.batch_size)
    share = group.share(len(members), threads, epochs, steps, most)
    return (share, share) if share <= most else (most, None)


def _run(parts, results):
    """Train populations: several at a time, where no user's code has a part in it."""
    here = []

    def in_threads():
        for part in parts:
            call = partial(_train_part, part, results)
            watched = any(member.watched for member in part.members.values())
            if watched or part.group.not_fusable:
                here.append(call)
            else:
                yield call

    run_all(in_threads(), here)


def _train_part(part, results, stop):
    key, group, members = part.key, part.group, part.members
    if len(members) > 1 and not group.not_fusable:
        try:
            _train_population(part, results, stop)
            return
        except _NotCompiled as failure:
            if isinstance(failure.error, Diverging):
                rest = _without_diverging(part, failure.error, results)
                _train_part(rest, results, stop)
                return
            if not failure.may_pass:
                group.not_fusable = str(failure)
    for i, member in members.items():
        try:
            _train_population(_Part(key, group, {i: member}, None, 1), results, stop)
        except _NotCompiled as failure:
            if not failure.may_pass and not isinstance(key, OnlyOne):
                _families.put_error(key, Ineligible(str(failure)))
            results[i] = _with_keras(member.job, str(failure))


def _without_diverging(part, error, results):
    """Train the fit whose numbers overflow by Model.fit, and return the other fits."""
    members = dict(part.members)
    for i, member in part.members.items():
        if member is error.member:
            results[i] = _with_keras(members.pop(i).job, str(error))
    return part._replace(members=members, together=part.together - 1)


class _NotCompiled(Exception):
    """A program could not be compiled or proven; nothing has been trained yet.

    Parameters
    ----------
    error : Exception
        What was raised.
    """

    def __init__(self, error):
        super().__init__(reason_of(error))
        self.error = error
        # Whether a fit diverges says nothing of others of its architecture.
        self.may_pass = may_pass(error) or isinstance(error, Diverging)


def _train_population(part, results, stop):
    try:
        members = list(part.members.values())
        population = Population(part.group, members, part.capacity)
    except Exception as error:
        raise _NotCompiled(error) from error
    start, failure = time.perf_counter(), None
    try:
        population.train(stop)
    except Stopped:
        raise
    except Exception as error:
        failure = error
    seconds = time.perf_counter() - start
    for i, member in part.members.items():
        training = Training(
            "fused" if part.together > 1 else "compiled",
            part.together,
            part.group.not_fusable,
            population.compile_seconds,
            seconds,
        )
        results[i] = Result(member.history, training, member.error)
        if failure is not None and member in population.unfinished:
            results[i] = _after_failure(member, training, failure)


def _after_failure(member, training, failure):
    """Train a fit anew whose program failed, where nobody has seen it fail."""
    if member.watched:
        return Result(member.history, training, failure)
    member.go_back()
    return _with_keras(member.job, reason_of(failure))


def _with_keras(job, reason):
    return fit_with_keras(own_model(job), reason)


def _rows(job):
    """Return (x, y, sample_weight) of training and held-out rows as Keras sees them."""
    return _one(job.x, job.y, job.sample_weight), (
        job.validation_data and _one(*job.validation_data)
    )


def _one(x, y, sample_weight=None):
    data = as_keras((x, y, sample_weight))
    adapted = keras.utils.unpack_x_y_sample_weight(rows_as_trained(*data))
    return tree.lists_to_tuples(adapted)


def _leaves(rows):
    return rows and [leaf for leaf in tree.flatten(rows) if leaf is not None]
