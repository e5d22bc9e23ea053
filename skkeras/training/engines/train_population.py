"""A population trained, and what is done where its program is not to be trusted."""

from __future__ import annotations

import time
from collections.abc import Hashable
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from skkeras.training.audit.steps import Diverging, Unproven
from skkeras.training.cache import may_pass
from skkeras.training.engines.population_plans import FAMILIES, PopulationPlan
from skkeras.training.job import Result, Training
from skkeras.training.model_fit.fit import fit_with_keras
from skkeras.training.planning.signature import OnlyOne
from skkeras.training.population.member import Member
from skkeras.training.population.population import Population
from skkeras.training.population.threads import Stopped
from skkeras.training.program.programs_by_size import ProgramsBySize
from skkeras.training.routing.eligibility import Ineligible, reason_of

# Fits that must have found programs wrong before no other is asked.
_WITNESSES = 2


class Due(NamedTuple):
    """A fit that waits at a rung.

    Parameters
    ----------
    key : hashable
        Of its programs' family.
    programs : ProgramsBySize
    member : Member
    """

    key: Hashable
    programs: ProgramsBySize
    member: Member


def train_population(plan, results, due, stop):
    """Train members together; alone or by `Model.fit` where that cannot be.

    Parameters
    ----------
    plan : PopulationPlan
    results : dict of int to Result
        Of all jobs, by their number; those of the members that end are added.
    due : dict of int to Due
        Gets those that wait at a rung, by their number.
    stop : threading.Event
        Set when nobody waits for the end any more.
    """
    programs = plan.programs
    while len(plan.members) > 1 and not programs.not_fusable:
        failure = _train(plan, results, due, stop)
        if failure is None:
            return
        if failure.member is not None:
            plan = _without_the_fit(plan, failure, results)
        elif failure.may_pass:
            break
        else:
            programs.not_fusable = failure.reason
    for number, member in plan.members.items():
        alone = PopulationPlan(plan.key, programs, {number: member})
        failure = _train(alone, results, due, stop)
        if failure is not None:
            if failure.member is None and not failure.may_pass:
                _refuse(plan.key, failure.reason)
            results[number] = train_by_keras(member, failure.reason, failure.error)


def _refuse(key, reason):
    """Let no fit of a key be compiled any more."""
    if not isinstance(key, OnlyOne):
        FAMILIES.put_error(key, Ineligible(reason))


def _without_the_fit(plan, failure, results):
    """Train one fit by `Model.fit`, and return the plan of the others."""
    members = dict(plan.members)
    for number, member in plan.members.items():
        if member is failure.member:
            del members[number]
            results[number] = train_by_keras(member, failure.reason, failure.error)
    return plan._replace(members=members, together=plan.together - 1)


class _Failure(NamedTuple):
    """Why a program could not be compiled or proven; nothing has been trained yet.

    Parameters
    ----------
    reason : str
    may_pass : bool
        Whether it says nothing of the next fit.
    member : Member or None
        The fit that it says something of alone.
    error : Exception
    """

    reason: str
    may_pass: bool
    member: Member | None
    error: Exception


def _failure(error, programs):
    """Return what an error means for the fits beside, and those to come.

    That a fit diverges says nothing of others. That a program's steps are not those of
    Keras, or that Keras's own raise, may be due to the rows of the fit that was to
    prove it: another is asked before it is believed.
    """
    programs.forget_promises()
    passes = may_pass(error)
    is_of_one = isinstance(error, Unproven)
    if is_of_one and not (passes or isinstance(error, Diverging)):
        programs.witnesses += 1
        is_of_one = programs.witnesses < _WITNESSES
    member = error.member if is_of_one else None
    return _Failure(reason_of(error), passes, member, error)


def _train(plan, results, due, stop):
    """Train members by one program; return the failure where there is none."""
    if stop.is_set():
        raise Stopped
    try:
        members = list(plan.members.values())
        population = Population(plan.programs, members, plan.capacity)
    except Exception as error:
        return _failure(error, plan.programs)
    start, failure = time.perf_counter(), None
    try:
        population.train(stop)
    except Stopped:
        raise
    except Exception as error:
        failure = error
    seconds = time.perf_counter() - start
    for number, member in plan.members.items():
        member.training = _in_all(
            member.training,
            Training(
                "fused" if plan.together > 1 else "compiled",
                plan.together,
                plan.programs.not_fusable,
                population.compile_seconds,
                seconds,
            ),
        )
        if member in population.due:
            due[number] = Due(plan.key, plan.programs, member)
        elif failure is not None and member in population.unfinished:
            results[number] = _after_failure(member, failure)
        else:
            results[number] = result_of(member)
    return None


def _in_all(before, training):
    """Add the time to a rung to that before; the most members were the first."""
    if before is None:
        return training
    reason = before.reason or training.reason
    return _with_time_of(training, replace(before, reason=reason))


def _with_time_of(other, training):
    """Return how a fit was trained, with the time of another part of it."""
    return replace(
        training,
        compile_seconds=training.compile_seconds + other.compile_seconds,
        run_seconds=training.run_seconds + other.run_seconds,
    )


def result_of(member):
    """Return what training gave, of a fit that has ended.

    Parameters
    ----------
    member : Member

    Returns
    -------
    Result
    """
    return Result(member.history, member.training, member.error)


def _after_failure(member, failure):
    """Train a fit anew whose program failed, where nobody has seen it fail."""
    if member.watched:
        return Result(member.history, member.training, failure)
    member.go_back()
    return train_by_keras(member, reason_of(failure), failure)


def train_by_keras(member, reason, error):
    """Train by `Model.fit` what no program trains, from where it is.

    Parameters
    ----------
    member : Member
    reason : str
    error : Exception
        That of a fit whose callbacks have heard of its first epochs: they could not
        begin again in the middle.

    Returns
    -------
    Result
    """
    if member.watched and member.is_halfway:
        return Result(member.history, member.training, error)
    result = member.train_rest(partial(fit_with_keras, reason=reason))
    if not member.is_halfway:
        return result
    return replace(result, training=_with_time_of(member.training, result.training))
