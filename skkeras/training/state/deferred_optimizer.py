"""Optimizer state that a model gets when someone wants it.

Making an optimizer's variables takes longer than training a small model does, and few
of the models of a cross-validation are ever trained on or saved.
"""

import threading
import weakref

import keras

from skkeras.training.keras_internals.optimizers import iterations_of, learning_rate_of
from skkeras.training.state.slots import Held

_pending = weakref.WeakKeyDictionary()
_completing = threading.Lock()


def can_defer(job, template):
    """Return whether a job's optimizer may be built after training.

    Its first state must be the same for all models, and nothing may look at it.
    """
    optimizer = job.model.optimizer
    return (
        job.defer_optimizer
        and not optimizer.built
        and template.weight_vector is not None
        and not optimizer.use_ema
    )


def held_state(template, fit_model):
    """Return what stands for the variables of an optimizer that is not built.

    Parameters
    ----------
    template : Template
    fit_model : FitModel
        Which has two of them, or a schedule in place of the rate.
    """
    own = template.updater.first
    made = {
        id(iterations_of(own)): fit_model.iterations,
        id(learning_rate_of(own)): fit_model.learning_rate,
    }
    initial = template.updater.of_kind(fit_model.prototype.optimizer).initial
    return [
        made[id(v)] if id(v) in made else Held(value)
        for v, value in zip(template.optimizer, initial, strict=True)
    ]


def defer(model, template, optimizer_state):
    """Keep the trained state of a model's optimizer until `complete`."""
    # Nothing of the model itself, which would then never be released.
    held = [part if isinstance(part, Held) else None for part in optimizer_state]
    _pending[model] = template, held


def complete(model: keras.Model) -> None:
    """Give a model the state of its optimizer, if that was put off."""
    if model not in _pending:
        return
    with _completing:
        template, state = _pending.get(model, (None, None))
        # An optimizer that was built since then has begun anew: its state counts.
        if template is not None and not model.optimizer.built:
            model.optimizer.build(model.trainable_variables)
            slots = template.slots_of(model.optimizer)
            for variable, part in zip(slots, state, strict=True):
                if part is not None:
                    variable.assign(part.numpy())
        _pending.pop(model, None)
