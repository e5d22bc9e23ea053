"""What programs may be larger in than the fits they train."""

from typing import NamedTuple

from skkeras.training.hyperparameters.choices import own_activations, own_loss
from skkeras.training.hyperparameters.chosen_optimizer import own_optimizer
from skkeras.training.hyperparameters.widths import (
    common_widths,
    fits_in,
    hidden_widths,
    n_weights,
)
from skkeras.training.routing.random_layers import draws_random_numbers
from skkeras.training.rows.arrays import n_rows

_ARITHMETIC = 3e10  # operations a second
_OPERATIONS = 6  # for a weight and a row: two forward, four for the gradients
_ACTIVATING = 3e-9  # seconds for a unit and a row, with the gradient
_UPDATING = 5e-10  # seconds for a weight and a step
_MOST_CHOICES = 4  # of a kind; each that a fit does not need is traced, too


class Shape(NamedTuple):
    """What models of a shared program may differ in.

    Parameters
    ----------
    widths : tuple of int
        Units of the program's hidden layers; a model's may be fewer.
    batch_size : int
        Rows of its batches: smaller ones are filled up with rows that do not count.
    activations, losses : tuple of callable
        Those that a model may have. Empty where its own cannot be a choice.
    optimizers : tuple of OptimizerKind
        Likewise.
    """

    widths: tuple
    batch_size: int
    activations: tuple
    losses: tuple
    optimizers: tuple

    @property
    def choices(self):
        """Activations, losses and optimizers, as `own_choices` gives a job's."""
        return self.activations, self.losses, self.optimizers


def own_choices(job):
    """Return what a job has of the activations, losses and optimizers to choose from.

    Parameters
    ----------
    job : Job
        Of a model with `hidden_widths`.

    Returns
    -------
    tuple of set
        Activations, losses, optimizers.
    """
    outputs, targets = job.model.output_shape[1:], _row_shape(job.y)
    has_target_each = targets == outputs or (targets, outputs) == ((), (1,))
    loss = own_loss(job.model) if has_target_each else None
    optimizer = own_optimizer(job.model.optimizer)
    return set(own_activations(job.model)), {loss} - {None}, {optimizer} - {None}


def _row_shape(y):
    """Return the shape of a row of targets, None where they are not one array."""
    return tuple(y.shape[1:]) if hasattr(y, "shape") else None


def holds(shape, jobs, own):
    """Return whether a program of this shape can train jobs of one batch size.

    Parameters
    ----------
    shape : Shape
    jobs : list of Job
        That differ in shape alone.
    own : sequence of set
        All that they have, as `own_choices` gives it of each.
    """
    batch_size, model = jobs[0].batch_size, jobs[0].model
    offers = zip(own, shape.choices, strict=True)
    if not all(mine.issubset(offered) for mine, offered in offers):
        return False
    if not all(fits_in(job.model, shape.widths) for job in jobs):
        return False
    # Whether a batch may be filled up is tried when the program is made.
    return batch_size == shape.batch_size or (
        batch_size < shape.batch_size and not draws_random_numbers(model)
    )


def shapes_for(jobs, own, others):
    """Return shapes that hold jobs, those to be preferred first.

    Parameters
    ----------
    jobs : list of Job
        Of one batch size, that differ in shape alone.
    own, others : sequence of set
        All that they have, and that others like them have, as `own_choices` gives it.

    Returns
    -------
    list of Shape
    """
    wide = [_with_others(*both) for both in zip(own, others, strict=True)]
    choices = [tuple(map(_in_order, some)) for some in (wide, own)]
    widths = common_widths([job.model for job in jobs])
    batch_size = jobs[0].batch_size
    return [Shape(w, batch_size, *c) for c in dict.fromkeys(choices) for w in widths]


def _with_others(own, others):
    # A layer without activation will never have one, whatever others have.
    return own | others if own and len(own | others) <= _MOST_CHOICES else own


def _in_order(choices):
    return tuple(sorted(choices, key=str))


def extra_seconds(jobs, shape):
    """Estimate what the arithmetic takes that jobs of their own shape had not."""
    return sum(_extra_seconds(job, shape) for job in jobs)


def _extra_seconds(job, shape):
    filled = shape.batch_size / job.batch_size
    weights = n_weights(job.model, shape.widths)
    more_weights = weights * filled - n_weights(job.model, hidden_widths(job.model))
    unchosen = max(len(shape.activations) - 1, 0) * sum(shape.widths) * filled
    unchosen += max(len(shape.losses) - 1, 0) * job.model.output_shape[-1] * filled
    updated = max(len(shape.optimizers) - 1, 0) * weights / job.batch_size
    rows = n_rows((job.x,)) * (job.epochs - job.initial_epoch)
    return rows * (
        _OPERATIONS * more_weights / _ARITHMETIC
        + _ACTIVATING * unchosen
        + _UPDATING * updated
    )
