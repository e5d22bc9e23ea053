"""Train a case in every way, and tell what differs."""

import time
import warnings
from dataclasses import dataclass, field

import numpy as np
from keras import tree

from random_models.cases import Case
from random_models.quantities import apart, own_outputs, quantities
from random_models.rounding import Rounding
from skkeras.training import predict, train

ATTEMPTS = 30


@dataclass
class Outcome:
    """What came of a seed.

    Parameters
    ----------
    case : Case
    description : str
    training : Training
        Of the first member, trained with the others.
    refused : list of str
        Why Keras itself could not build or fit earlier attempts.
    differences : list of str
    is_random : bool
        Whether the model draws random numbers in training.
    honest : int
        Differences that rounding explains.
    seconds : float
    """

    case: Case
    description: str
    training: object
    refused: list
    differences: list = field(default_factory=list)
    is_random: bool = False
    honest: dict = field(default_factory=dict)
    seconds: float = 0.0

    def __post_init__(self):
        self._roundings = {}

    def rounding(self, member):
        """Return what rounding does to a member's fit."""
        # Random layers draw the engine's numbers: so must the perturbed fits.
        engine = "auto" if self.is_random else "keras"
        new = Rounding(self.case, member, engine)
        return self._roundings.setdefault(member, new)

    def line(self):
        said = "; ".join(self.differences) or "ok"
        if self.honest:
            said += f" ({_worst(self.honest)} from rounding)"
        how = self.training.engine + (
            f" [{self.training.reason}]" * bool(self.training.reason)
        )
        kind = "random, " * self.is_random
        return (
            f"{self.case.seed}: {kind}{self.description} | {how} | {said} "
            f"({self.seconds:.1f} s)"
        )


def check(seed, *, thorough=True):
    """Draw the case of a seed, train it in every way and compare.

    Parameters
    ----------
    seed : int
    thorough : bool, default=True
        Whether to train by `Model.fit` for comparison also where it trained already.
        Otherwise that is done for one seed in four.

    Returns
    -------
    Outcome
    """
    start = time.perf_counter()
    with warnings.catch_warnings():
        # Keras's remarks on odd combinations are no part of the comparison.
        warnings.simplefilter("ignore")
        outcome = _compared(*_trainable(seed), thorough or seed % 4 == 0)
    outcome.seconds = time.perf_counter() - start
    return outcome


def _trainable(seed):
    """Return the first case of a seed that Keras can train, and its jobs, trained."""
    refused = []
    for attempt in range(ATTEMPTS):
        case = Case(seed, attempt)
        try:
            jobs = case.jobs()
        except Exception as error:
            refused.append(f"building: {_line(error)}")
            continue
        case.remember_start(jobs)
        results = train(jobs)
        if all(result.error is None for result in results):
            return case, jobs, results, refused
        by_keras = train(case.jobs(engine="keras"))
        errors = [result.error for result in by_keras if result.error is not None]
        if not errors:
            return case, jobs, results, refused
        refused.append(f"Model.fit: {_line(errors[0])}")
    raise RuntimeError(f"Keras refused all {ATTEMPTS} attempts of {seed}: {refused}")


def _line(error):
    return f"{type(error).__name__}: {str(error).strip().splitlines()[0][:150]}"


def _compared(case, together, fused, refused, thorough):
    outcome = Outcome(case, case.description(), fused[0].training, refused)
    outcome.is_random = _draws_in_training(case)
    all_by_keras = all(_is_by_keras(result) for result in fused)
    if thorough or not all_by_keras:
        compare = _compare_alone if outcome.is_random else _compare_with_keras
        compare(outcome, together, fused)
    _check_predictions(outcome, together[0], fused[0])
    _check_predictions(outcome, together[-1], fused[-1])
    return outcome


def _compare_with_keras(outcome, together, fused):
    case = outcome.case
    reference = case.jobs(engine="keras")
    case.check_start(reference)
    by_keras = train(reference)
    expected = [quantities(*pair) for pair in zip(reference, by_keras, strict=True)]
    _compare(outcome, "fused", together, fused, expected)
    if case.seed % 3 == 0:
        alone = [case.job(0)]
        _compare(outcome, "alone", alone, train(alone), expected[:1])


def _compare_alone(outcome, together, fused):
    """Compare where two engines draw different random numbers, but one does not."""
    alone = [outcome.case.job(0)]
    compiled = train(alone)
    if _is_by_keras(fused[0]) == _is_by_keras(compiled[0]):
        expected = [quantities(alone[0], compiled[0])]
        _compare(outcome, "fused, not alone", together[:1], fused[:1], expected)


def _is_by_keras(result):
    return result.error is None and result.training.engine == "keras"


def _draws_in_training(case):
    """Tell whether a generator of random numbers moves in training."""
    job = case.job(0)
    own_outputs(job.model, job.x, training=True)
    states = [v for v in job.model.variables if "seed_generator" in v.path]
    return any(np.asarray(state)[1] != 0 for state in states)


def _compare(outcome, how, jobs, results, expected):
    for member, (job, result) in enumerate(zip(jobs, results, strict=True)):
        if result.error is not None:
            outcome.differences.append(
                f"{how}, member {member}: {result.error!r}"[:300]
            )
            continue
        gaps = apart(quantities(job, result), expected[member])
        if gaps:
            rounding = outcome.rounding(member)
            honest = {k: gap for k, gap in gaps.items() if rounding.explains(k, gap)}
            outcome.honest |= honest
            said = _worst({k: v for k, v in gaps.items() if k not in honest})
            if said:
                outcome.differences.append(f"{how}, member {member}: {said}")


def _worst(gaps):
    names = sorted(gaps, key=gaps.get, reverse=True)
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(f"{name} by {gaps[name]:.2g}" for name in names[:3]) + more


def _check_predictions(outcome, job, result):
    if result.error is not None:
        return
    try:
        predicted = predict(job.model, job.x)
    except Exception as error:
        outcome.differences.append(f"predict: {_line(error)}")
        return
    predicted = tree.flatten(predicted)
    if _apart(predicted, own_outputs(job.model, job.x)):
        # Where rows mix, Keras's batches count: `Model.predict` cuts the same.
        expected = tree.flatten(job.model.predict(job.x, verbose=0))
        outcome.differences += [
            f"predict: output {i} by {gap:.2g}"
            for i, gap in _apart(predicted, expected).items()
        ]


def _apart(found, expected):
    """Return {number: distance} of the outputs that differ."""
    found, expected = (dict(enumerate(outputs)) for outputs in (found, expected))
    return apart(found, expected)
