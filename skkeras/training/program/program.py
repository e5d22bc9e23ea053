"""One epoch of a whole population as a single XLA program.

Horizontally fused training: the weights, optimizer state and metrics of K independent
fits are stacked along a leading *member* axis, one step is vectorized over that axis,
and the loop over the steps of an epoch runs inside XLA. See Wang et al., "Horizontally
Fused Training Array: An Effective Hardware Utilization Squeezer for Training Novel Deep
Learning Models", MLSys 2021.
"""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import tensorflow as tf
from keras import tree

from skkeras.training.keras_internals.executable import executable
from skkeras.training.keras_internals.gradient_registry import forget_gradients_of
from skkeras.training.keras_internals.tracing_remarks import without_tracing_remarks
from skkeras.training.program.divided import Divided
from skkeras.training.program.step import (
    Batch,
    initial_metrics,
    results,
    test_step,
    train_step,
)
from skkeras.training.routing.eligibility import Ineligible

# Keras and TensorFlow trace with state of their own: one trace at a time.
tracing = threading.RLock()


class Program:
    """A compiled loop over epochs for a fixed number of members.

    Parameters
    ----------
    template : Template
    members : int
    training : Layout
    held_out : Layout or None
    devices : sequence of str, default=()
        Names of several that train equal parts of the members at the same time.

    Attributes
    ----------
    is_proven : bool
        Whether it was seen to do what Keras does; see `skkeras.training.audit.steps`.
    proving : RLock
        Held by who compares it.
    compile_seconds : float
        What the longest compilation took.
    epoch_seconds : float
        What an epoch took in the last run.
    """

    def __init__(self, template, members, training, held_out, devices=()):
        self.template, self.members = template, members
        self.training, self.held_out = training, held_out
        self._devices, self._at_once = devices, members // max(1, len(devices))
        self._vectorize = self._at_once > 1
        self._kept = _kept_gradients(template)
        self._compiled, self._compiling = set(), threading.Lock()
        self.is_proven, self.proving = False, threading.RLock()
        self.compile_seconds = self.epoch_seconds = 0.0
        self._run, self._inner_graphs = None, []

    def compile(self, *passes, meanwhile=None):
        """Trace and compile for the shapes of these passes, if not done before.

        Parameters
        ----------
        *passes : Pass
            Only their shapes matter.
        meanwhile : callable, default=None
            Called while XLA compiles, which leaves Python's lock to others.

        Returns
        -------
        float
            Seconds it took.
        """
        shapes = tuple(tuple(tensor.shape) for tensor in tree.flatten(passes))
        if shapes in self._compiled:
            return 0.0
        with self._compiling:
            if shapes in self._compiled:
                return 0.0
            seconds = 0.0
            if self._run is None:
                with tracing, without_tracing_remarks():
                    start = time.perf_counter()
                    try:
                        self._run = self._trace()
                    finally:
                        self._inner_graphs = []
                    seconds = time.perf_counter() - start
            start = time.perf_counter()
            state = [
                np.zeros([self.members, *variable.shape], _numpy_type(variable.dtype))
                for variable in self.template.state
            ]
            rates = np.zeros([len(passes[0].steps), self.members])
            with ThreadPoolExecutor(1) as beside:
                no_epoch = beside.submit(self._run, np.int32(0), rates, state, *passes)
                try:
                    if meanwhile is not None:
                        meanwhile()
                finally:
                    no_epoch.result()
                    self._compiled.add(shapes)
            seconds += time.perf_counter() - start
        self.compile_seconds = max(self.compile_seconds, seconds)
        return seconds

    def _trace(self):
        """Return the loop over epochs for arrays of any length."""
        members, layouts = self._at_once, (self.training, self.held_out)
        function = tf.function(self._epochs, jit_compile=True, autograph=False)
        traced = function.get_concrete_function(
            tf.TensorSpec([], tf.int32),
            tf.TensorSpec([None, members], tf.float64),
            [tf.TensorSpec([members, *v.shape], v.dtype) for v in self.template.state],
            *(layout.specs(members) for layout in layouts if layout is not None),
        )
        check_captured(traced)
        forget_gradients_of([traced.graph, *self._inner_graphs])
        return Divided(traced, self._devices) if self._devices else executable(traced)

    def __call__(self, epochs, rates, state, *passes):
        """Train some epochs, and evaluate after each.

        Parameters
        ----------
        epochs : int
            No more than the passes have room for.
        rates : ndarray of float64, shape (room, members)
            Learning rates of the epochs; not read where the optimizer has a schedule.
        state : list of ndarray
            Stacked values of ``template.state``.
        *passes : Pass
            Of training, and of held-out rows if the program has a layout for them.

        Returns
        -------
        state : list of ndarray
        logs, held_out_logs : list of ndarray
            Each of shape (epochs, members, ...), in the order of
            ``template.log_names``.
        """
        start = time.perf_counter()
        state, *logs, _ = self._run(np.int32(epochs), rates, state, *passes)
        logs = [[array[:epochs] for array in group] for group in logs]
        self.epoch_seconds = (time.perf_counter() - start) / epochs
        return state, *logs

    def _epochs(self, epochs, rates, state, training, held_out=None):
        room = tf.shape(training.steps)[0]
        blank = [
            tf.zeros([room, self._at_once, *shape], dtype)
            for shape, dtype in self.template.log_specs
        ]
        fresh = [
            tf.broadcast_to(value, [self._at_once, *value.shape])
            for value in initial_metrics(self.template)
        ]

        def body(epoch, state, gradients, logs, held_out_logs):
            carry = self._with_rates(state, rates[epoch]), fresh, gradients
            state, metrics, gradients = self._pass(
                self.training, training, epoch, carry, self._train_step
            )
            logs = self._record(logs, epoch, metrics)
            if held_out is not None:
                state, metrics = self._pass(
                    self.held_out, held_out, epoch, (state, fresh), self._test_step
                )
                held_out_logs = self._record(held_out_logs, epoch, metrics)
            return epoch + 1, state, gradients, logs, held_out_logs

        gradients = [tf.zeros_like(state[i]) for i in self._kept]
        logs = blank, [] if held_out is None else blank
        _, state, gradients, *logs = tf.while_loop(
            lambda epoch, *_: epoch < epochs,
            body,
            (tf.constant(0), state, gradients, *logs),
        )
        return state, *logs, gradients

    def _with_rates(self, state, rates):
        at = self.template.rate_index
        if at is None:
            return state
        return [*state[:at], tf.cast(rates, state[at].dtype), *state[at + 1 :]]

    def _record(self, logs, epoch, metrics):
        # Not a scatter, which checks its index and takes XLA longer to compile.
        at = tf.range(tf.shape(logs[0])[0]) == epoch
        values = self._over_members(self._results, [metrics])
        return _select(at, [value[None] for value in values], logs)

    def _pass(self, layout, rows, epoch, carry, step):
        """Run a step over all batches of an epoch.

        Parameters
        ----------
        layout : Layout
        rows : Pass
        epoch : Tensor
        carry : tuple of list of Tensor
            What each step takes and gives back changed.
        step : callable
            Of carry, batch, valid and active.
        """
        size = layout.batch_size
        order, steps = rows.epoch(epoch)

        def body(i, *carry):
            start = i * rows.batch_sizes
            left = rows.n_rows - start
            if layout.fills_up:
                own = tf.minimum(left, rows.batch_sizes)
                valid, active = tf.range(size) < own[:, None], left > 0
            else:
                valid, active = None, left >= size
            return i + 1, *step(*carry, rows.batch(order, start, size), valid, active)

        _, *carry = tf.while_loop(
            lambda i, *_: i < steps, body, (tf.constant(0), *carry)
        )
        if layout.remainder:
            due = tf.logical_and(rows.n_rows > 0, steps >= 0)
            batch = rows.batch(order, rows.n_rows // size * size, layout.remainder)
            carry = step(*carry, batch, None, due)
        return carry

    def _train_step(self, state, metrics, _, batch, valid, active):
        n, m = len(state), len(metrics)

        def one(values, leaves, valid):
            batch = Batch(*self.training.pack(leaves), valid)
            state, metrics, gradients = train_step(
                self.template, values[:n], values[n:], batch
            )
            return [*state, *metrics, *(gradients[i] for i in self._kept)]

        old = [*state, *metrics]
        new = self._over_members(one, [old, batch], valid)
        values, gradients = _select(active, new[: n + m], old), new[n + m :]
        return values[:n], values[n:], gradients

    def _test_step(self, state, metrics, batch, valid, active):
        def one(state, metrics, leaves, valid):
            batch = Batch(*self.held_out.pack(leaves), valid)
            return test_step(self.template, state, metrics, batch)

        new = self._over_members(one, [state, metrics, batch], valid)
        return state, _select(active, new, metrics)

    def _results(self, metrics):
        return [tf.convert_to_tensor(r) for r in results(self.template, metrics)]

    def _over_members(self, function, elements, *optional):
        """Apply a function of one member to all of them.

        Parameters
        ----------
        function : callable
            Gets a member's part of each element and of each optional one.
        elements : list of nest of Tensor
        *optional : Tensor or None
        """
        given = [element for element in optional if element is not None]
        absent = [None] * (len(optional) - len(given))

        def one(parts):
            # Where vectorized_map traces this: a function's graph inside the program's.
            self._inner_graphs.append(tf.compat.v1.get_default_graph())
            return function(*parts, *absent)

        elements = [*elements, *given]
        if self._vectorize:
            return tf.vectorized_map(one, elements, warn=False)
        first = tree.map_structure(lambda value: value[0], elements)
        return [value[None] for value in one(first)]


def check_captured(function):
    """Raise `Ineligible` where a traced step reads a variable that it is not given.

    It would find the value that this variable had, or has, outside of any fit.

    Parameters
    ----------
    function : ConcreteFunction
    """
    for tensor in function.captured_inputs:
        if tensor.dtype in (tf.resource, tf.variant):
            names = sorted(v.name for v in function.graph.variables)
            which = f"the variable {names[0]}" if names else "a table or a variable"
            raise Ineligible(f"a step reads {which}, which is no part of its state")


def _numpy_type(dtype):
    return tf.as_dtype(dtype).as_numpy_dtype


def _kept_gradients(template):
    """Return the numbers of the weights whose gradients the loops hand on.

    XLA fuses what only goes into the weight vector with its flattening, and then works
    on one number at a time: on a CPU two kernels' gradients of 50 small nets took 30
    and 16 us of a step, and take 7 and 3.
    """
    if template.weight_vector is None:
        return []
    return [i for i, v in enumerate(template.trainable) if len(v.shape) > 1]


def _select(active, new, old):
    """Take the new values where active along the first axis; the others stay."""
    return [
        tf.where(tf.reshape(active, [-1] + [1] * (n.shape.rank - 1)), n, o)
        for n, o in zip(new, old, strict=True)
    ]
