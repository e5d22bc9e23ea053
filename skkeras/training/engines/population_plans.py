"""Jobs that share a program, cut into populations."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from keras import tree

from skkeras.training.cache import LeastRecentlyUsed
from skkeras.training.keras_internals.data import rows_as_trained
from skkeras.training.model_fit.fit import fit_with_keras
from skkeras.training.planning.memory import members_within_budget
from skkeras.training.planning.signature import OnlyOne, signature
from skkeras.training.population.member import Member, needs_model
from skkeras.training.population.threads import n_threads
from skkeras.training.program.known_codes import check_codes
from skkeras.training.program.program_family import ProgramFamily
from skkeras.training.program.programs_by_size import ProgramsBySize
from skkeras.training.routing.cost import why_alone
from skkeras.training.routing.eligibility import Ineligible, reason_of
from skkeras.training.rows.arrays import as_keras, n_rows
from skkeras.training.rows.selected import n_selected
from skkeras.training.state.fit_model import as_fit_model, with_own_model

FAMILIES = LeastRecentlyUsed(32)


class PopulationPlan(NamedTuple):
    """Members that are to be trained as one population.

    Parameters
    ----------
    key : tuple
        Of the programs' family.
    programs : ProgramsBySize
    members : dict of int to Member
        By their jobs' numbers.
    capacity : int or None
        Members of the program to use, where it should not just fit these.
    together : int
        Members of all populations that the same program trains at this time.
    """

    key: tuple
    programs: ProgramsBySize
    members: dict[int, Member]
    capacity: int | None = None
    together: int = 1


def population_plans(key, covers, jobs, results):
    """Yield the populations of jobs that share a program, each of one batch size.

    Parameters
    ----------
    key : hashable
        Of the program's family.
    covers : Covers or None
        What the program covers, where not the jobs' own.
    jobs : dict of int to Job
    results : dict of int to Result
        Those that have to be trained by `Model.fit` are, and added.

    Yields
    ------
    PopulationPlan
    """
    members_of, apart = {}, {}
    for number, job in jobs.items():
        try:
            programs, member = _member(key, covers, job)
            members_of.setdefault((programs, job.batch_size), {})[number] = member
        except Exception as error:
            if covers is None:
                results[number] = fit_with_keras(job, reason_of(error))
            else:
                apart.setdefault(signature(job), {})[number] = job
    # The fewest first: a program that suits them is one for the others, too.
    by_size = sorted(members_of.items(), key=lambda item: len(item[1]))
    for (programs, _), members in by_size:
        try:
            plans = list(divided(key, programs, members))
        except Exception as error:
            for number, member in members.items():
                results[number] = fit_with_keras(member.job, reason_of(error))
        else:
            yield from plans
    for own, rest in apart.items():
        yield from population_plans(own, None, rest, results)


def _member(key, covers, job):
    """Return the programs that train a job, and the job as their member."""
    # Another key's attempt may have built its model.
    job = replace(job, fit_model=as_fit_model(job.fit_model))
    rows = _rows(job.x, job.y, job.sample_weight)
    held_out = job.validation_data and _rows(*job.validation_data)
    new = partial(ProgramFamily, job, rows, held_out, covers)
    family = new() if isinstance(key, OnlyOne) else _family(key, new)
    family.check_batch_size(job)
    programs = family.programs(n_selected(job), n_rows(held_out) if held_out else 0)
    check_codes(programs.template, *(part[0] for part in (rows, held_out) if part))
    if needs_model(job, programs.template):
        job = with_own_model(job)
    return programs, Member(job, programs.template, _leaves(rows), _leaves(held_out))


def _family(key, new):
    """Return the programs of a key, made now where there are none.

    That TensorFlow does not take the rows of one fit says nothing of the next.
    """
    try:
        return FAMILIES.get(key, new)
    except Ineligible as error:
        if isinstance(error.__cause__, tf.errors.InvalidArgumentError):
            FAMILIES.forget(key)
        raise


def divided(key, programs, members):
    """Yield populations of members that could all be in one.

    Parameters
    ----------
    key : hashable
        Of the programs' family.
    programs : ProgramsBySize
    members : dict of int to Member
        Of one batch size, by their jobs' numbers.

    Yields
    ------
    PopulationPlan
    """
    model, numbers = programs.template.model, list(members)
    programs.not_fusable = programs.not_fusable or why_alone(model)
    size, capacity = _size_of_populations(programs, list(members.values()))
    together = 1 if size == 1 else len(members)
    for at in range(0, len(numbers), size):
        some = {number: members[number] for number in numbers[at : at + size]}
        for member in programs.provers(list(some.values()), capacity):
            member.prepare_proof()  # in this thread, which may hold locks of its own
        yield PopulationPlan(key, programs, some, capacity, together)


def _size_of_populations(programs, members):
    """Return how many members a population should have, and its program's capacity."""
    if programs.not_fusable:
        return 1, None
    job = members[0].job
    own = members[0].leaves if job.rows is None else []
    watched, threads = any(member.watched for member in members), n_threads()
    within_budget = partial(
        members_within_budget,
        programs.template.model,
        [own, members[0].held_out or []],
        programs.layouts[0].batch_size,
        1 if watched else threads,
    )
    most = programs.devices.most(within_budget)
    if watched:
        return most, None  # callbacks may want to meet after each epoch
    epochs = members[0].until - members[0].epoch
    steps = members[0].steps
    share = programs.share(len(members), threads, epochs, steps, most)
    return (share, share) if share <= most else (most, None)


def _rows(x, y, sample_weight=None):
    """Return (x, y, sample_weight) as Keras sees them."""
    data = as_keras((x, y, sample_weight))
    # Keras copies arrays, also those that it leaves as they are.
    is_same = _are_same(_as_trained(_head(data)), tree.lists_to_tuples(_head(data)))
    return tree.lists_to_tuples(data) if is_same else _as_trained(data)


def _as_trained(data):
    adapted = keras.utils.unpack_x_y_sample_weight(rows_as_trained(*data))
    return tree.lists_to_tuples(adapted)


def _head(data):
    return tree.map_structure(lambda a: None if a is None else a[:2], data)


def _are_same(adapted, given):
    try:
        tree.assert_same_structure(adapted, given)
    except ValueError:
        return False
    return all(
        a is None if b is None else _is_same(a, b)
        for a, b in zip(tree.flatten(adapted), tree.flatten(given), strict=True)
    )


def _is_same(array, given):
    alike = array.dtype == given.dtype and array.shape == given.shape
    return alike and np.array_equal(array, given, equal_nan=array.dtype.kind == "f")


def _leaves(rows):
    return rows and [leaf for leaf in tree.flatten(rows) if leaf is not None]
