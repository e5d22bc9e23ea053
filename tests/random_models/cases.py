"""A case: a model, its data and how it is fitted, all from one integer."""

import warnings
from dataclasses import dataclass

import numpy as np

from random_models import fits, structures
from random_models.draws import Draws
from random_models.heads import HEADS
from random_models.optimizers import optimizer
from random_models.sources import source
from skkeras.training import BuiltModel, Job

_MODEL, _FIT, _CALLBACKS, _DATA, _WEIGHTS = range(5)


@dataclass
class Case:
    """A case of a seed.

    Parameters
    ----------
    seed : int
    attempt : int, default=0
        Another case of the same seed, for where Keras refuses the first.
    """

    seed: int
    attempt: int = 0

    def __post_init__(self):
        self.fit = fits.fit(self._draws(_FIT))

    def _draws(self, purpose, member=0):
        return Draws((self.seed, self.attempt, purpose), member)

    def _rng(self, *purpose):
        return np.random.default_rng((self.seed, self.attempt, *purpose))

    def model(self, member=0):
        """Build and compile the model of a member."""
        draws = self._draws(_MODEL, member)
        make = draws.choice(
            [structures.sequential] * 2
            + [structures.functional] * 3
            + [structures.subclassed]
        )
        several = make is structures.functional
        self.sources = [
            source(draws) for _ in range(draws.choice([1, 1, 2]) if several else 1)
        ]
        self.heads = [
            draws.choice(HEADS)
            for _ in range(draws.choice([1, 1, 2]) if several else 1)
        ]
        model = make(draws, self.sources, self.heads)
        model.compile(optimizer=optimizer(draws), **self._compilation(draws))
        self._set_weights(model, member)
        return model

    def _compilation(self, draws):
        losses = [head.loss(draws) for head in self.heads]
        metrics = [
            [kind(draws) for kind in draws.some(head.metrics, 2)] for head in self.heads
        ]
        which = "weighted_metrics" if draws.chance(0.2) else "metrics"
        if len(losses) == 1:
            return {"loss": losses[0], which: metrics[0]}
        arguments = {"loss": losses, which: metrics}
        if draws.chance(0.5):
            arguments["loss_weights"] = [draws.number(0.2, 2) for _ in losses]
        return arguments

    def _set_weights(self, model, member):
        """Give each member initial weights of its own that the seed decides."""
        rng = self._rng(_WEIGHTS, member)
        for variable in model.variables:
            value = np.asarray(variable)
            if "seed_generator" in variable.path:
                variable.assign(np.array([rng.integers(2**16), 0], value.dtype))
            elif value.ndim > 1:  # those that are frozen start at random, too
                spread = 1 / np.sqrt(np.prod(value.shape[:-1]))
                variable.assign(rng.normal(0, min(spread, 0.5), value.shape))
            elif variable.trainable:  # some start at random, others at zero or one
                constant = np.where(np.isin(value, (0, 1)), value, 0)
                variable.assign(constant + rng.normal(0, 0.05, value.shape))

    def jobs(self, **changes):
        """Return the job of each member, with a new model and callbacks."""
        return [self.job(k, **changes) for k in range(len(self.fit.n_rows))]

    def job(self, member, **changes):
        with warnings.catch_warnings():
            # What Keras says of odd combinations is no part of the comparison.
            warnings.simplefilter("ignore")
            model = self.model(member)
        rows = self._rows(self.fit.n_rows[member], member)
        held_out = None
        if self.fit.n_held_out:
            held_out = self._rows(self.fit.n_held_out, 10 + member)[
                : 3 if self.fit.weighted else 2
            ]
        arguments = {
            "sample_weight": rows[2] if self.fit.weighted else None,
            "validation_data": held_out,
            "seed": self.seed + member,
            "callbacks": fits.callbacks(self._draws(_CALLBACKS, member), self.fit),
            **self.fit.arguments,
            **changes,
        }
        return Job(BuiltModel(model), rows[0], rows[1], **arguments)

    def remember_start(self, jobs):
        """Keep the initial weights of all members."""
        self._start = [_values(job.model) for job in jobs]

    def check_start(self, member, job):
        """Raise where a member's job does not start from the weights that were kept."""
        pairs = zip(self._start[member], _values(job.model), strict=True)
        if not all(np.array_equal(one, other) for one, other in pairs):
            raise RuntimeError(f"{self.seed} does not decide all initial weights")

    def _rows(self, n_rows, part):
        rng = self._rng(_DATA, part)
        x = [each.data(rng, n_rows) for each in self.sources]
        y = [
            head.target(rng, (n_rows, head.n_units)).astype("float32")
            for head in self.heads
        ]
        weight = [fits.sample_weight(rng, n_rows) for _ in self.heads]
        return tuple(part[0] if len(part) == 1 else part for part in (x, y, weight))

    def description(self):
        """Tell the case in a line."""
        model = self.model()
        parts = getattr(model, "operations", None) or model.layers
        layers = ", ".join(type(part).__name__ for part in parts)
        kinds = " + ".join(each.kind for each in self.sources)
        return (
            f"{type(model).__name__} of {kinds}: {layers}; "
            f"{_told(model.optimizer)}; loss {_named(model.loss)}; "
            f"rows {self.fit.n_rows}, "
            + ", ".join(f"{k}={v}" for k, v in self.fit.arguments.items())
        )


def _values(model):
    return [np.array(variable) for variable in model.variables]


def _named(loss):
    if isinstance(loss, list):
        return " + ".join(map(_named, loss))
    return getattr(loss, "name", getattr(loss, "__name__", str(loss)))


def _told(optimizer):
    """Return an optimizer's name and the arguments that are not as by default."""
    kind = type(optimizer)
    try:
        config = optimizer.get_config()
    except NotImplementedError:  # a schedule of one's own has no configuration
        return f"{kind.__name__}({type(optimizer._learning_rate).__name__})"
    usual = kind().get_config()
    told = [
        f"{k}={_short(v)}"
        for k, v in config.items()
        if k != "name" and v != usual.get(k)
    ]
    return f"{kind.__name__}({', '.join(told)})"


def _short(value):
    if isinstance(value, dict):
        return value["class_name"]
    return f"{value:.3g}" if isinstance(value, float) else value
