"""The weights of a model that is built when someone wants to see it.

Building a small Keras model takes longer than training it in company, and few of the
models of a search are ever looked at.
"""

import threading
from dataclasses import replace

from skkeras.training.state.deferred_optimizer import defer
from skkeras.training.state.prototypes import remember_as_prototype
from skkeras.training.state.slots import Held


class Unbuilt:
    """A model's state beside a prototype of the model, which others share.

    Parameters
    ----------
    prototype : keras.Model
        Built and compiled, its optimizer not built. It is only read.
    values : list of ndarray
        One for each of ``prototype.variables``.
    build : callable
        Returns a new model of the same architecture and compilation.

    Attributes
    ----------
    model : keras.Model or None
        What `build` returned; from then on it alone is trained.
    """

    def __init__(self, prototype, values, build):
        self.prototype, self.variables = prototype, [Held(v) for v in values]
        remember_as_prototype(prototype)
        self.model = None
        self._build, self._choosing = build, threading.Lock()
        self._optimizer_state = self._history = None

    @property
    def inputs(self):
        """Symbolic inputs, as a model has them."""
        return self.prototype.inputs

    @property
    def weights(self):
        """Values in the order of a template's state: trainable, then the others."""
        held = dict(zip(map(id, self.prototype.variables), self.variables, strict=True))
        model = self.prototype
        variables = *model.trainable_variables, *model.non_trainable_variables
        return [held[id(variable)] for variable in variables]

    def keep(self, template, state, history):
        """Remember what training gave beside the weights, which it put in place.

        Parameters
        ----------
        template : Template
        state : list of Held or Padded
            Of ``template.state``.
        history : keras.callbacks.History
        """
        first = len(template.state) - len(template.optimizer)
        slots = [None] * first + state[first:]
        self._optimizer_state, self._history = (template, slots), history

    def build(self):
        """Return the model with these weights; the same one at each call."""
        if self.model is None:
            # Without the lock: a factory in another thread may ask for this model.
            model = self._with_state(self._build())
            with self._choosing:
                if self.model is None:
                    self.model = model
        return self.model

    def _with_state(self, model):
        for variable, held in zip(model.variables, self.variables, strict=True):
            variable.assign(held.numpy())
        if self._optimizer_state is not None:
            defer(model, *self._optimizer_state)
            model.history = self._history
        return model


def own_model(job):
    """Return a job with a model of its own, where it had none."""
    if job.unbuilt is None:
        return job
    return replace(job, model=job.unbuilt.build(), unbuilt=None)
