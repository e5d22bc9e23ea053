"""Optimizer state that a model gets when someone wants it.

Making an optimizer's variables takes longer than training a small model does, and few
of the models of a cross-validation are ever trained on or saved.
"""

import threading
import weakref

import keras
import numpy as np

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
        and template.joined is not None
        and not optimizer.use_ema
    )


def held_state(template, optimizer, unbuilt):
    """Return what stands for the variables of an optimizer that is not built.

    Parameters
    ----------
    template : Template
    optimizer : keras.optimizers.Optimizer
    unbuilt : bool
        Whether the two variables that it has belong to a prototype.
    """
    own = template.updater.first
    made = {
        id(iterations_of(own)): iterations_of(optimizer),
        id(learning_rate_of(own)): learning_rate_of(optimizer),
    }
    if unbuilt:
        variables = {k: v for k, v in made.items() if isinstance(v, keras.Variable)}
        made = {k: Held(np.array(v.numpy())) for k, v in variables.items()}
    initial = template.updater.of_kind(optimizer).initial
    return [
        made[id(v)] if id(v) in made else Held(value)
        for v, value in zip(template.optimizer, initial, strict=True)
    ]


def defer(model, template, state):
    """Keep the trained state of a model's optimizer until `complete`."""
    # Nothing of the model itself, which would then never be released.
    held = [part if isinstance(part, Held) else None for part in state]
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
            for variable, part in zip(template.state_of(model), state, strict=True):
                if part is not None:
                    variable.assign(part.numpy())
        _pending.pop(model, None)
