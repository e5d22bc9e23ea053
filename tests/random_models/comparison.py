"""Train a case in every way, and tell what differs."""

import math
import time
import warnings
from dataclasses import dataclass, field

import keras
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
        Whether to train every member by `Model.fit` as well, also where it trained
        already. Otherwise one member is, and where it was `Model.fit` that trained,
        for one seed in four.

    Returns
    -------
    Outcome
    """
    start = time.perf_counter()
    with warnings.catch_warnings():
        # Keras's remarks on odd combinations are no part of the comparison.
        warnings.simplefilter("ignore")
        outcome = _compared(*_trainable(seed), thorough)
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
        if _is_all_rounding(jobs[0]):
            refused.append("not drawn: normalization of single numbers")
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


def _is_all_rounding(job):
    """Tell whether a layer normalizes single numbers, each by itself.

    What is left of them is 0, and so is the gradient of its gamma: what moves it is how
    a graph rounds. Model.fit's moves it otherwise than its own train_on_batch.
    """
    return any(_numbers_together(layer, job) == 1 for layer in _layers(job))


def _layers(job):
    return job.model._flatten_layers()


def _numbers_together(layer, job):
    """Return how many numbers a layer subtracts the mean of; None where it does not."""
    if isinstance(layer, keras.layers.BatchNormalization):
        return job.batch_size
    if isinstance(layer, keras.layers.GroupNormalization):
        shape = layer.input.shape[1:]
        groups = shape[-1] if layer.groups == -1 else layer.groups
        return None if None in shape else math.prod(shape) // groups
    if isinstance(layer, keras.layers.LayerNormalization):
        return math.prod(layer.gamma.shape)
    return None


def _line(error):
    return f"{type(error).__name__}: {str(error).strip().splitlines()[0][:150]}"


def _compared(case, together, fused, refused, thorough):
    outcome = Outcome(case, case.description(), fused[0].training, refused)
    outcome.is_random = _draws_in_training(case)
    all_by_keras = all(_is_by_keras(result) for result in fused)
    members = range(len(together))
    if not thorough:
        members = [case.seed % len(members)]
    if thorough or case.seed % 4 == 0 or not all_by_keras:
        compare = _compare_alone if outcome.is_random else _compare_with_keras
        compare(outcome, together, fused, members, thorough)
    for member in members:
        _check_predictions(outcome, together[member], fused[member])
    return outcome


def _compare_with_keras(outcome, together, fused, members, thorough):
    case, expected = outcome.case, {}
    for member in members:
        job = case.job(member, engine="keras")
        case.check_start(member, job)
        (result,) = train([job])
        if result.error is not None:
            outcome.differences.append(f"Model.fit alone: {_line(result.error)}")
            return
        expected[member] = quantities(job, result)
        _compare(outcome, "fused", member, together[member], fused[member], expected)
    if thorough or case.seed % 3 == 0:
        member = members[0]
        job = case.job(member)
        (result,) = train([job])
        _compare(outcome, "alone", member, job, result, expected)


def _compare_alone(outcome, together, fused, members, thorough):
    """Compare where two engines draw different random numbers, but one does not."""
    member = members[0]
    job = outcome.case.job(member)
    (result,) = train([job])
    if _is_by_keras(fused[member]) == _is_by_keras(result):
        expected = {member: quantities(job, result)}
        how = "fused, not alone"
        _compare(outcome, how, member, together[member], fused[member], expected)


def _is_by_keras(result):
    return result.error is None and result.training.engine == "keras"


def _draws_in_training(case):
    """Tell whether a generator of random numbers moves in training."""
    job = case.job(0, engine="keras")
    try:
        own_outputs(job.model, job.x, training=True)
    except TypeError:  # some layers take integers from Model.fit alone
        train([job])
    return any(count != 0 for count in _counts_of_draws(job.model))


def _counts_of_draws(model):
    """Return how often each generator of random numbers in a model was asked."""
    states = [v for v in model.variables if "seed_generator" in v.path]
    return [np.asarray(state)[1] for state in states]


def _compare(outcome, how, member, job, result, expected):
    """Note how a member's fit differs from what is expected of it."""
    if result.error is not None:
        outcome.differences.append(f"{how}, member {member}: {result.error!r}"[:300])
        return
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
        before = _counts_of_draws(job.model)
        expected = tree.flatten(job.model.predict(job.x, verbose=0))
        if _counts_of_draws(job.model) != before:
            return  # Keras passes `training` to no layer in a call that lacks it
        outcome.differences += [
            f"predict: output {i} by {gap:.2g}"
            for i, gap in _apart(predicted, expected).items()
        ]


def _apart(found, expected):
    """Return {number: distance} of the outputs that differ."""
    found, expected = (dict(enumerate(outputs)) for outputs in (found, expected))
    return apart(found, expected)
