"""What becomes of fits that have all come to their rungs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from skkeras.training.engines.population_plans import PopulationPlan, divided
from skkeras.training.engines.train_population import Due, result_of, train_by_keras
from skkeras.training.job import Result
from skkeras.training.routing.eligibility import reason_of


def plans_from_rungs(
    due: Mapping[int, Due], results: dict[int, Result]
) -> Iterator[list[PopulationPlan]]:
    """Tell all fits of their rungs, and pack those that go on into populations.

    Parameters
    ----------
    due : mapping of int to Due
        By the numbers of their jobs, in whose order they are told.
    results : dict of int to Result
        Gets those of the fits that end.

    Yields
    ------
    list of PopulationPlan
        Of programs that there are, where a new one would not pay.
    """
    for number in sorted(due):
        due[number].member.reach()
    together = {}
    for number in sorted(due):
        key, programs, member = due[number]
        if member.goes_on() and member.go_on():
            group = key, programs, member.job.batch_size
            together.setdefault(group, {})[number] = member
        else:
            if not member.has_ended:
                member.end()
            results[number] = result_of(member)
    for (key, programs, _), members in together.items():
        try:
            plans = list(divided(key, programs, members))
        except Exception as error:
            for number, member in members.items():
                results[number] = train_by_keras(member, reason_of(error), error)
        else:
            yield plans
