"""A program proves itself: its steps beside those that Keras takes.

What a user's code does cannot be known from its class or its configuration. So before
anything that a new program computes is used, it takes two steps with a fit's own rows,
from the fit's own state, and so does ``Model.train_step`` of the fit's own model, or of
one built beside it: losses, metrics, weights and the optimizer's state must agree.
"""

import time
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from keras import tree

from skkeras.training.audit.general_position import in_general_position
from skkeras.training.audit.output_losses import steps_that_count_alike
from skkeras.training.audit.rounding import (
    TIMES,
    first_difference,
    largest_move,
    rounding_unit,
)
from skkeras.training.routing.eligibility import Ineligible
from skkeras.training.routing.random_layers import without_draws
from skkeras.training.state.slots import Constant, Held, copies_of

_LITTLE = 1e-5  # beside weights: more than rounding, less than what counts
_proven_choices = set()


def provers(members, is_proven):
    """Return the fits that a program is to be proven by before they are trained.

    One does so for each program, and one in a process for each activation of a kind of
    layer, each loss and each form of an optimizer that programs choose by number.

    Parameters
    ----------
    members : list of Member
    is_proven : bool
        Whether the program is, for other choices.

    Returns
    -------
    list of Member
    """
    chosen, proven = [], set(_proven_choices)
    for member in members:
        is_first = not is_proven and not chosen
        if is_first or not proven.issuperset(member.choices):
            chosen.append(member)
            proven.update(member.choices)
    return chosen


def note_proof(members):
    """Remember what `provers` have shown."""
    for member in members:
        _proven_choices.update(member.choices)


def rows_to_try(order, batch_size, *, fills_up):
    """Return the rows of a full batch and of a short one.

    Parameters
    ----------
    order : ndarray of int
        The rows of a fit, in order.
    batch_size : int
    fills_up : bool
        Whether the program fills short batches up, so that fits of other numbers of
        rows may use it: then both are tried where this fit has one of them alone, with
        some rows again if need be.

    Returns
    -------
    ndarray of int
    """
    if len(order) < batch_size and not fills_up:
        return order
    short = len(order) % batch_size
    if fills_up and not short:
        short = batch_size // 2
    return np.resize(order, batch_size + short)


class Unproven(Ineligible):
    """A program could not be shown to do what Keras does, by the steps of a fit.

    Parameters
    ----------
    reason : str
    member : Member
        The fit.
    """

    def __init__(self, reason, member):
        super().__init__(reason)
        self.member = member


class Different(Unproven):
    """A program's steps are not those of Keras.

    Parameters
    ----------
    reason : str
    member : Member
    at_a_kink : bool
        Whether Keras's own steps are others by as much where the weights move a little.
    """

    def __init__(self, reason, member, at_a_kink):
        super().__init__(reason, member)
        self.at_a_kink = at_a_kink


class Diverging(Unproven):
    """A fit that leaves all bounds at once, by Keras's own steps: it proves nothing."""


class Outcome(NamedTuple):
    """What some steps leave behind.

    Parameters
    ----------
    state : list of ndarray
        Values of a template's state.
    logs : list of ndarray
        Loss and metrics of the training, then of the held-out rows.
    """

    state: list
    logs: list


class Audit:
    """What Keras makes of the steps that a program is to be compared in.

    Parameters
    ----------
    member : Member
        With a reference, whose model takes the steps.
    template : Template
    batches, held_out : list of (x, y, sample_weight)
        To train and then to evaluate with.
    """

    def __init__(self, member, template, batches, held_out):
        self._member, self._template = member, template
        self._reference = member.reference
        self._batches, self._held_out = batches, held_out
        start = time.perf_counter()
        self._path = self._steps()
        self.step_seconds = (time.perf_counter() - start) / len(batches + held_out)

    def check(self, outcome):
        """Raise `Different` unless a program's outcome is that of Keras.

        Parameters
        ----------
        outcome : Outcome
            Of the program, with draws left out.
        """
        found = self._compared(self._without_padding(outcome))
        difference = self._difference(self._path, found)
        # In the graph that Model.fit compiles, Keras finds the logits behind an output.
        if difference and self._difference(self._steps(compiled=True), found):
            name, size = difference
            reason = f"a compiled step differs from Keras's in {name}, by {size:.1g}"
            if not all(np.isfinite(value).all() for value in self._path[-1].state):
                raise Diverging(reason, self._member)
            raise Different(reason, self._member, self._jumps(name, size))

    def _difference(self, path, found):
        return first_difference(
            list(map(self._compared, path)),
            found,
            lambda nudge: list(map(self._compared, self._steps(nudge))),
            rounding_unit(self._reference.model),
        )

    def _jumps(self, name, size):
        """Return whether a little moves what Keras's steps give by about a size."""
        moved, little = [], max(_LITTLE, 4 * rounding_unit(self.model))
        for sign in (1, -1):
            with in_general_position([self.model], little, sign):
                moved.append(list(map(self._compared, self._steps())))
        own = list(map(self._compared, self._path))
        return largest_move(own, moved, name) * TIMES >= size

    @property
    def model(self):
        """The reference's model."""
        return self._reference.model

    def seconds_of_fit(self):
        """Return what a step takes in the function that ``Model.fit`` calls."""
        model = self.model
        with _put_back(model):
            model.make_train_function()
            step = model.train_function
            data = tf.data.Dataset.from_tensors(_tensors(self._batches[0])).repeat()
            batches, seconds = iter(data), []
            for _ in range(3):
                start = time.perf_counter()
                step(batches)
                seconds.append(time.perf_counter() - start)
        return min(seconds) / model.steps_per_execution

    def _without_padding(self, outcome):
        """Return an outcome without what a diverging fit leaves beyond its own part.

        Zeros that a shared program pads weights with become NaN together with them.
        """
        if all(np.isfinite(value).all() for value in outcome.state):
            return outcome
        variables = self._reference.variables
        with _put_back(self.model):
            for variable, value in zip(variables, outcome.state, strict=True):
                if not isinstance(variable, Held):
                    variable.assign(value)
            own = self._state()
        state = [
            np.where(np.isfinite(value), value, mine)
            for value, mine in zip(outcome.state, own, strict=True)
        ]
        return outcome._replace(state=state)

    def _compared(self, outcome):
        """Return the arrays to compare by name.

        Not what only counts draws, nor the state of optimizers that others chose.
        """
        template, variables = self._template, self._reference.variables
        named = {
            f"{variable.path} ({place})": value
            for place, (variable, own, value) in enumerate(
                zip(template.state, variables, outcome.state, strict=True)
            )
            if not isinstance(own, (Constant, Held))
            and "seed_generator" not in variable.path
        }
        names = [
            *self._reference.names,
            *(f"val_{name}" for name in self._reference.names),
        ]
        return named | dict(zip(names, outcome.logs, strict=False))

    def _steps(self, nudge=None, *, compiled=False):
        """Take Keras's steps, and put the model back.

        Parameters
        ----------
        nudge : Nudge, default=None
            Moves weights and gradients a little.
        compiled : bool, default=False
            Whether to take them in a graph, as ``Model.fit`` does: compiling it takes
            longer than they do.

        Returns
        -------
        list of Outcome
            Before the first step and after each; the last with what the held-out
            rows gave.
        """
        model = self._reference.model
        with (
            _put_back(model),
            without_draws(model),
            steps_that_count_alike(model),
            _nudged(model, nudge),
        ):
            train_step, test_step = model.train_step, model.test_step
            if compiled:
                train_step, test_step = (
                    tf.function(step, jit_compile=bool(model.jit_compile))
                    for step in (train_step, test_step)
                )
            model.reset_metrics()
            states, logs = [self._state()], []
            for batch in self._batches:
                logs.append(train_step(_tensors(batch)))
                states.append(self._state())
            found = [self._in_order(of_step) for of_step in logs]
            held_out = []
            if self._held_out:
                model.reset_metrics()
                for batch in self._held_out:
                    of_step = test_step(_tensors(batch))
                held_out = self._in_order(of_step)
        found = [[*log, *held_out] for log in found]
        blank = [np.zeros_like(log) for log in found[0]]
        return list(map(Outcome, states, [blank, *found]))

    def _state(self):
        return [np.array(v.numpy()) for v in self._reference.variables]

    def _in_order(self, logs):
        return [np.asarray(logs[name]) for name in self._reference.names]


def _tensors(batch):
    x, y, weight = tree.map_structure(
        lambda leaf: None if leaf is None else tf.constant(leaf), batch
    )
    return (x, y) if weight is None else (x, y, weight)


@contextmanager
def _nudged(model, nudge):
    """Move weights, and inside the block gradients and the optimizer's constants."""
    if nudge is None:
        yield
        return
    for variable in model.trainable_variables:
        variable.assign(nudge.weights(variable.numpy()))
    attributes = vars(model.optimizer)
    constants = {n: value for n, value in attributes.items() if type(value) is float}
    by_keras = model.optimizer.apply_gradients

    def apply_gradients(grads_and_vars, **options):
        gradients, trained = zip(*grads_and_vars, strict=True)
        arrays = [g.numpy() for g in gradients if isinstance(g, tf.Tensor)]
        moved = iter(nudge.gradients(arrays))
        gradients = [
            tf.constant(next(moved)) if isinstance(g, tf.Tensor) else g
            for g in gradients
        ]
        by_keras(zip(gradients, trained, strict=True), **options)

    attributes["apply_gradients"] = apply_gradients
    attributes |= {name: nudge.constant(value) for name, value in constants.items()}
    try:
        yield
    finally:
        del attributes["apply_gradients"]
        attributes |= constants


@contextmanager
def _put_back(model):
    """Give a model and its optimizer their values back at the end."""
    variables = [*model.variables, *model.optimizer.variables]
    values = copies_of(variables)
    try:
        yield
    finally:
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
        model.reset_metrics()
