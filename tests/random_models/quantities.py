"""Everything that a fit leaves behind, as named arrays, and how two fits compare."""

import re

import keras
import numpy as np

STRICT = 1e-5  # of the largest value of an array, or of one


def quantities(job, result):
    """Return what a fit left behind: history, weights, optimizer's state, outputs."""
    found = {}
    for i, (name, values) in enumerate(result.history.items()):
        found[f"history {i} ({_without_numbers(name)})"] = np.asarray(values)
    _add_variables(found, "weight", job.model.variables)
    _add_variables(found, "optimizer's", job.model.optimizer.variables)
    for i, output in enumerate(own_outputs(job.model, job.x)):
        found[f"output {i}"] = output
    return found


def _add_variables(found, kind, variables):
    for i, variable in enumerate(variables):
        name = _without_numbers(variable.name)
        found[f"{kind} {i} ({name})"] = np.array(variable)


def _without_numbers(name):
    """Return a name without what counts the layers and metrics of this process."""
    return re.sub(r"_\d+", "", name)


def own_outputs(model, x, training=False):
    """Return what the very model gives, called by itself."""
    if isinstance(x, list):
        x = [keras.ops.convert_to_tensor(part) for part in x]
    outputs = keras.tree.flatten(model(x, training=training))
    return [np.asarray(output) for output in outputs]


def distance(value, other):
    """Return how far two arrays are apart at most; infinite where they do not match."""
    if value.shape != other.shape:
        return np.inf
    value, other = np.float64(value), np.float64(other)
    same = (value == other) | (np.isnan(value) & np.isnan(other))
    with np.errstate(invalid="ignore"):
        gaps = np.where(same, 0, np.abs(value - other))
    return float(np.where(np.isnan(gaps), np.inf, gaps).max(initial=0))


def tolerance(value):
    """Return how far from an array another may be that should equal it."""
    if value.dtype.kind not in "fV":
        return 0.0
    finite = np.abs(np.float64(value))[np.isfinite(np.float64(value))]
    return STRICT * max(1.0, finite.max(initial=0))


def apart(found, expected):
    """Return {name: distance} of what is farther apart than its tolerance."""
    if found.keys() != expected.keys():
        odd = sorted(found.keys() ^ expected.keys())
        return {f"only one has {name}": np.inf for name in odd}
    gaps = {name: distance(found[name], expected[name]) for name in expected}
    return {k: gap for k, gap in gaps.items() if gap > tolerance(expected[k])}
