"""The model of one fit: one that is there, or one that is built when it is looked at.

Building a small Keras model takes longer than training it in company, and few of the
models of a search are ever looked at. `BuiltModel` and `UnbuiltModel` are trained and
predict alike.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol

import keras
import numpy as np

from skkeras.training.cache import LeastRecentlyUsed
from skkeras.training.job import Job
from skkeras.training.keras_internals.optimizers import iterations_of, learning_rate_of
from skkeras.training.state.deferred_optimizer import defer
from skkeras.training.state.prototypes import remember_as_prototype
from skkeras.training.state.slots import Held, Slot, copies_of


class FitModel(Protocol):
    """A model that one fit trains, built or not yet."""

    @property
    def built(self) -> keras.Model | None:
        """The Keras model that has the trained weights, None before `build`."""

    @property
    def prototype(self) -> keras.Model:
        """A Keras model of the same layers and compilation, whatever its weights."""

    @property
    def variables(self) -> Sequence[Slot]:
        """Values of this fit, one for each of ``prototype.variables``."""

    @property
    def weights(self) -> list[Slot]:
        """The same values, those that are trained first, then the others."""

    @property
    def iterations(self) -> Slot:
        """How many updates the optimizer has made."""

    @property
    def learning_rate(self) -> Slot | Any:
        """Learning rate of the optimizer, or its schedule."""

    def keep(
        self,
        template: Any,
        optimizer_state: list[Slot],
        history: keras.callbacks.History,
    ) -> None:
        """Remember what training gave beside the weights, which are in place.

        Parameters
        ----------
        template : Template
        optimizer_state : list of Slot
            Of ``template.optimizer``.
        history : keras.callbacks.History
        """

    def build(self) -> keras.Model:
        """Return the Keras model with this fit's weights; the same at each call."""


class BuiltModel:
    """A Keras model that is trained in place.

    Parameters
    ----------
    model : keras.Model
        Built and compiled.
    """

    def __init__(self, model: keras.Model) -> None:
        self.prototype = model
        self.built: keras.Model | None = model

    @property
    def variables(self) -> Sequence[Slot]:
        """The model's own variables."""
        return self.prototype.variables

    @property
    def weights(self) -> list[Slot]:
        """The same variables, those that are trained first."""
        return _trained_first(self.prototype)

    @property
    def iterations(self) -> Slot:
        """The optimizer's own count."""
        return iterations_of(self.prototype.optimizer)

    @property
    def learning_rate(self) -> Slot | Any:
        """The optimizer's own rate or schedule."""
        return learning_rate_of(self.prototype.optimizer)

    def keep(
        self,
        template: Any,
        optimizer_state: list[Slot],
        history: keras.callbacks.History,
    ) -> None:
        """Put the history into the model, and put off an optimizer not yet built."""
        self.prototype.history = history
        if not self.prototype.optimizer.built:
            defer(self.prototype, template, optimizer_state)

    def build(self) -> keras.Model:
        """Return the model."""
        return self.prototype


class UnchangedModel(BuiltModel):
    """A Keras model that only predicts from now on, and is not changed by its owner.

    What it is compiled to is kept with this object, by the kind of batch. So it need
    not be compared with others at each call, which takes long where a model is large,
    or cannot be. One row is a batch by itself, and up to 8 rows are one of 8, not of
    256. Its weights are read at each call.

    Parameters
    ----------
    model : keras.Model
        Built.
    """

    def __init__(self, model: keras.Model) -> None:
        super().__init__(model)
        self.graphs = LeastRecentlyUsed(8)


class UnbuiltModel:
    """A fit's weights beside a prototype of its model, which other fits share.

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
    built : keras.Model or None
        What `build` returned; from then on it alone is trained.
    """

    def __init__(
        self,
        prototype: keras.Model,
        values: list[np.ndarray],
        build: Callable[[], keras.Model],
    ) -> None:
        self.prototype, self.variables = prototype, [Held(v) for v in values]
        remember_as_prototype(prototype)
        self.built: keras.Model | None = None
        self._build, self._choosing = build, threading.Lock()
        self._optimizer_state = self._history = None

    @property
    def weights(self) -> list[Slot]:
        """Values of this fit, those that are trained first."""
        held = dict(zip(map(id, self.prototype.variables), self.variables, strict=True))
        return [held[id(variable)] for variable in _trained_first(self.prototype)]

    @property
    def iterations(self) -> Slot:
        """A count of this fit's own."""
        return Held(np.array(iterations_of(self.prototype.optimizer).numpy()))

    @property
    def learning_rate(self) -> Slot | Any:
        """A rate of this fit's own, or the schedule of all."""
        rate = learning_rate_of(self.prototype.optimizer)
        is_variable = isinstance(rate, keras.Variable)
        return Held(np.array(rate.numpy())) if is_variable else rate

    def keep(
        self,
        template: Any,
        optimizer_state: list[Slot],
        history: keras.callbacks.History,
    ) -> None:
        """Remember both for the model that is built later."""
        self._optimizer_state, self._history = (template, optimizer_state), history

    def build(self) -> keras.Model:
        """Return the model with these weights; the same one at each call."""
        if self.built is None:
            # Without the lock: a factory in another thread may ask for this model.
            model = self.build_another()
            with self._choosing:
                if self.built is None:
                    self.built = model
        return self.built

    def build_another(self) -> keras.Model:
        """Return a new model with these weights, which is not this fit's."""
        model = self._build()
        for variable, held in zip(model.variables, self.variables, strict=True):
            variable.assign(held.numpy())
        if self._optimizer_state is not None:
            defer(model, *self._optimizer_state)
            model.history = self._history
        return model


class UnseenModel(BuiltModel):
    """A Keras model that nobody has but its owner, who only predicts with it.

    So its weights stay as they are, and need not be read from its variables each time.

    Parameters
    ----------
    model : keras.Model
        Built.

    Attributes
    ----------
    built : keras.Model or None
        The model, once `build` has been called: from then on others may change it.
    """

    def __init__(self, model: keras.Model) -> None:
        super().__init__(model)
        self.built = None
        self._held = [Held(value) for value in copies_of(model.variables)]

    @property
    def variables(self) -> Sequence[Slot]:
        """Copies of the model's own."""
        return self._held

    def build(self) -> keras.Model:
        """Hand the model out."""
        self.built = self.prototype
        return self.built


def as_fit_model(model: keras.Model | FitModel) -> FitModel:
    """Return what a fit trains: a model that has been built stands for itself.

    Parameters
    ----------
    model : keras.Model, BuiltModel, UnchangedModel, UnseenModel or UnbuiltModel

    Returns
    -------
    BuiltModel, UnchangedModel, UnseenModel or UnbuiltModel
    """
    if isinstance(model, UnchangedModel):
        return model
    built = model if isinstance(model, keras.Model) else model.built
    return model if built is None else BuiltModel(built)


def with_own_model(job: Job) -> Job:
    """Return a job with a Keras model of its own, built now if need be.

    Parameters
    ----------
    job : Job

    Returns
    -------
    Job
    """
    return replace(job, fit_model=BuiltModel(job.fit_model.build()))


def _trained_first(model):
    return [*model.trainable_variables, *model.non_trainable_variables]
