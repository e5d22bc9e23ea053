"""Fits of one architecture as one program, on Keras's TensorFlow backend."""

from __future__ import annotations

import logging
from collections.abc import Hashable, Mapping
from functools import partial
from itertools import zip_longest

from skkeras.training.engines.compiled_prediction import FUNCTIONS, predict_compiled
from skkeras.training.engines.current_weights import READINGS
from skkeras.training.engines.kept_graphs import KeptGraphs
from skkeras.training.engines.population_plans import FAMILIES, population_plans
from skkeras.training.engines.rungs import plans_from_rungs
from skkeras.training.engines.train_population import train_population
from skkeras.training.job import Arrays, Job, Result
from skkeras.training.planning.planner import SPENT
from skkeras.training.planning.sharing import share_programs
from skkeras.training.planning.signature import signature
from skkeras.training.population.threads import run_all
from skkeras.training.routing.cost import why_keras
from skkeras.training.routing.eligibility import Ineligible, check_job, reason_of
from skkeras.training.state.fit_model import FitModel

_log = logging.getLogger("skkeras.training")


class TensorFlowEngine:
    """Trains several populations side by side, one a core, each by one program.

    Those of many fits are divided over the devices that TensorFlow has.
    """

    def key(self, job: Job) -> Hashable:
        """Return the job's signature, where compiling it pays."""
        check_job(job)
        reason = why_keras(job.model, job.batch_size)
        if reason:
            raise Ineligible(reason)
        return signature(job)

    def train(
        self, together: Mapping[Hashable, Mapping[int, Job]]
    ) -> dict[int, Result]:
        """Train the jobs of a key by one program, and those that can share another."""
        jobs = {n: job for alike in together.values() for n, job in alike.items()}
        results: dict[int, Result] = {}
        plans_of_keys = (
            list(population_plans(key, covers, {n: jobs[n] for n in numbers}, results))
            for key, covers, numbers in _shared_programs(jobs, together)
        )
        due = _run(_in_turns(plans_of_keys), results)
        while due:
            due = _run(_in_turns(plans_from_rungs(due, results)), results)
        return results

    def predict(
        self,
        model: FitModel,
        x: Arrays,
        batch_size: int | None,
        kept: KeptGraphs | None = None,
    ) -> Arrays:
        """Return a model's outputs, by a graph that its architecture shares."""
        return predict_compiled(model, x, batch_size, kept)

    def forget_programs(self) -> None:
        """Give back all programs, and forget which would have paid."""
        for cache in (FAMILIES, SPENT, FUNCTIONS, READINGS):
            cache.clear()


def _shared_programs(jobs, together):
    """Return which program trains which jobs; its own each, where planning fails."""
    numbers = {key: list(alike) for key, alike in together.items()}
    try:
        return share_programs(jobs, numbers, FAMILIES.keys())
    except Exception as error:
        _log.info("no shared programs: %s", reason_of(error))
        return [(key, None, alike) for key, alike in numbers.items()]


def _in_turns(plans_of_keys):
    """Yield the first plan of each key, then the second: they compile side by side.

    Plans of one program that started together would wait for the same compilation.
    """
    later = []
    for plans in plans_of_keys:
        yield from plans[:1]  # compiled while the next is prepared
        later.append(plans[1:])
    for at_once in zip_longest(*later):
        yield from (plan for plan in at_once if plan is not None)


def _run(plans, results):
    """Train populations: several at a time, where no user's code has a part in it.

    Returns
    -------
    dict of int to Due
        Fits that wait at a rung, by their number.
    """
    here, due = [], {}

    def in_threads():
        for plan in plans:
            call = partial(train_population, plan, results, due)
            watched = any(member.watched for member in plan.members.values())
            if watched or plan.programs.not_fusable:
                here.append(call)
            else:
                yield call

    run_all(in_threads(), here)
    return due
