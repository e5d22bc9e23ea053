"""The model a program traces: a clone that belongs to no fit."""

from dataclasses import dataclass, field
from itertools import repeat

import keras
import numpy as np
import tensorflow as tf
from keras import tree

from skkeras.training.audit.output_losses import count_steps_alike
from skkeras.training.hyperparameters.base import Setting
from skkeras.training.hyperparameters.catalogue import COVERED
from skkeras.training.hyperparameters.chosen_optimizer import ChosenOptimizer
from skkeras.training.hyperparameters.free import free_of
from skkeras.training.hyperparameters.vectorizable import use_vectorizable_function
from skkeras.training.hyperparameters.widths import padded_to, sizes_of
from skkeras.training.keras_internals.models import (
    compile_arguments,
    compiled_loss,
    compiled_metrics,
    layers_of,
    losses_of_outputs,
    results_of_metrics,
)
from skkeras.training.keras_internals.optimizers import learning_rate_of
from skkeras.training.keras_internals.tensors import mask_of
from skkeras.training.program.clone import clone, compile_like
from skkeras.training.program.known_codes import counted_lookups
from skkeras.training.program.small_products import (
    can_use_small_products,
    use_small_products,
)
from skkeras.training.routing.random_layers import lift_draws
from skkeras.training.state.deferred_optimizer import held_state
from skkeras.training.state.slots import Constant, Held
from skkeras.training.state.weight_vector import (
    VectorParts,
    can_join,
    slots_of,
    vector_for,
)


@dataclass(eq=False)
class Template:
    """A compiled model and its variables, in the order of a fit's state.

    Parameters
    ----------
    model : keras.Model
        Built and compiled, with an optimizer from `functional`.
    updater : ChosenOptimizer
        Of that optimizer, and of others that fits may have.
    sample : tuple
        Targets and predictions of a few rows, from which metrics are built.
    weight_vector : keras.Variable or None
        The vector of all trainable weights, where the optimizer updates that.
    settings : tuple of Setting
        Numbers that are a fit's own and stay as they are.
    has_masks : bool
        Whether predictions come with masks of their own.
    n_lookups : int
        How often the model looks rows of an Embedding up.
    """

    model: keras.Model
    updater: ChosenOptimizer
    sample: tuple
    weight_vector: keras.Variable | None = None
    settings: tuple[Setting, ...] = ()
    has_masks: bool = False
    n_lookups: int = 0
    trainable: list = field(init=False)
    other: list = field(init=False)
    optimizer: list = field(init=False)
    metrics: list = field(init=False)
    log_names: list = field(init=False)
    log_specs: list = field(init=False)

    def __post_init__(self):
        self.trainable = self.model.trainable_variables
        self.other = self.model.non_trainable_variables
        self.optimizer = self.updater.variables
        self.metrics = self.model.metrics_variables
        logs = results_of_metrics(self.model)
        self.log_names = list(logs)
        self.log_specs = [(tuple(v.shape), v.dtype) for v in logs.values()]

    @property
    def state(self):
        """Variables a fit carries from step to step, metrics apart."""
        settings = [setting.variable for setting in self.settings]
        return [*self.trainable, *self.other, *settings, *self.optimizer]

    def state_of(self, fit_model):
        """Return a fit's variables in the form of this template's state.

        Parameters
        ----------
        fit_model : FitModel
            Of the same architecture, but for its shape.

        Returns
        -------
        list of Slot
            One for each of ``self.state``. Where the optimizer is not built, `Held`
            values stand for its variables.
        """
        model = fit_model.prototype
        shapes = [v.shape for v in (*self.trainable, *self.other)]
        weights = padded_to(fit_model.weights, shapes, repeat(0, len(shapes)))
        settings = [setting.of(model) for setting in self.settings]
        if model.optimizer.built:
            return [*weights, *settings, *self.slots_of(model.optimizer)]
        return [*weights, *settings, *held_state(self, fit_model)]

    def slots_of(self, optimizer):
        """Return the variables of a built optimizer, in the order of ``optimizer``."""
        own, places, initial = self.updater.of_kind(optimizer)
        slots = [Held(value) for value in initial]
        fills = [initial[place].flat[0] for place in places]
        if self.weight_vector is None:
            shapes = [self.optimizer[place].shape for place in places]
            given = padded_to(optimizer.variables, shapes, fills)
        else:
            given = self._parts_of_vectors(slots_of(optimizer, own), fills)
        for place, slot in zip(places, given, strict=True):
            slots[place] = slot
        return slots

    def _parts_of_vectors(self, slots, fills):
        shapes = [v.shape for v in self.trainable]
        return [
            VectorParts(padded_to(slot, shapes, repeat(fill, len(shapes))))
            if isinstance(slot, list)
            else slot
            for slot, fill in zip(slots, fills, strict=True)
        ]

    @property
    def drawing_at(self):
        """Place in the state of whether layers draw; None where none does."""
        first = len(self.trainable) + len(self.other)
        draws = (setting.of is _drawing for setting in self.settings)
        return next((first + i for i, is_it in enumerate(draws) if is_it), None)

    @property
    def rate_index(self):
        """Place of the learning rate in the state; None where a schedule gives it."""
        rate = learning_rate_of(self.updater.first)
        places = [i for i, variable in enumerate(self.state) if variable is rate]
        return places[0] if places else None


def make_template(job, rows, covers):
    """Clone, compile and build a job's model.

    Parameters
    ----------
    job : Job
    rows : tuple of (x, y, sample_weight)
        A few rows, as Keras would see them.
    covers : Covers
        What fits may have of hyperparameters; the rest is the job's own.

    Returns
    -------
    Template

    Raises
    ------
    Ineligible
        Where the model cannot be cloned.
    """
    x, y, sample_weight = tree.map_structure(
        lambda leaf: None if leaf is None else tf.constant(leaf), rows
    )
    own = sizes_of(job.model)
    sizes = covers.get("widths", own)
    model = clone(job.model, x, None if sizes == own else sizes[1:-1])
    updater = ChosenOptimizer(covers.get("optimizer", ()), job.model.optimizer)
    compile_like(model, job.model, updater.first, jit_compile=False)
    free = free_of(job.model)  # asked of what nobody has changed
    settings = [each.lift(model, updater, None) for each in free]
    settings.append(_lift_draws(model))
    for layer in filter(can_use_small_products, layers_of(model)):
        use_small_products(layer)
    weights = model.trainable_variables
    # In a scope, so that nothing that loss or layers share with the original changes.
    values = {id(v): tf.convert_to_tensor(v.value) for v in model.variables}
    mapping = [(variable, values[id(variable)]) for variable in model.variables]
    with keras.StatelessScope(mapping), counted_lookups(model) as lookups:
        predictions = model(x)
    compiled_loss(model).build(y, predictions)
    with tf.GradientTape() as tape:
        tape.watch([v for v in values.values() if v.dtype.is_floating])
        with keras.StatelessScope(mapping):
            predictions = model(x)
            loss = model.compute_loss(x, y, predictions, sample_weight, training=False)
    model.compute_metrics(x, y, predictions, sample_weight)
    gradients = tape.gradient(loss, [values[id(v)] for v in weights])
    weight_vector = None
    if can_join(job.model.optimizer, weights, gradients):
        weight_vector = vector_for(weights)
    updater.build(weights if weight_vector is None else [weight_vector])
    count_steps_alike(model)
    for wrapper in (
        *(entry.loss for entry in losses_of_outputs(model)),
        *(metrics.metrics if (metrics := compiled_metrics(model)) else ()),
    ):
        use_vectorizable_function(wrapper)
    covered = {each.name: each for each in COVERED}
    settings += [covered[name].lift(model, updater, value) for name, value in covers]
    settings = tuple(setting for setting in settings if setting is not None)
    masks = [mask_of(p) for p in tree.flatten(predictions)]
    has_masks = any(mask is not None for mask in masks)
    as_numpy = tree.map_structure(np.asarray, (y, predictions))
    return Template(
        model,
        updater,
        as_numpy,
        weight_vector,
        settings,
        has_masks,
        lookups.count,
    )


def _drawing(model):
    return Constant(np.array(True))


def _lift_draws(model):
    drawing = lift_draws(model)
    return None if drawing is None else Setting(drawing, _drawing)


def log_names(model, template):
    """Return the names Keras gives this model's loss and metrics, in template's order.

    They differ from the template's where Keras numbers metrics or outputs through the
    life of the process (``auc_3``, ``dense_7_loss``).
    """
    names_are_numbered = len(tree.flatten(template.sample[1])) > 1 or any(
        isinstance(metric, keras.metrics.Metric)
        for name in ("metrics", "weighted_metrics")
        for metric in tree.flatten(compile_arguments(model)[name])
    )
    if not names_are_numbered:
        return template.log_names
    y, predictions = tree.map_structure(tf.constant, template.sample)
    if not compiled_loss(model).built:
        compiled_loss(model).build(y, predictions)
    names = list(model.compute_metrics(None, y, predictions))
    model.reset_metrics()
    return names


def build_metrics(model, template):
    """Build a model's metrics, in which callbacks look up whether more is better."""
    metrics = compiled_metrics(model)
    if metrics is not None and not metrics.built:
        metrics.build(*tree.map_structure(tf.constant, template.sample))
