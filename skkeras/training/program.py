"""One epoch of a whole population as a single XLA program.

Horizontally fused training: the weights, optimizer state and metrics of K independent
fits are stacked along a leading *member* axis, one step is vectorized over that axis,
and the loop over the steps of an epoch runs inside XLA. See Wang et al., "Horizontally
Fused Training Array: An Effective Hardware Utilization Squeezer for Training Novel Deep
Learning Models", MLSys 2021.
"""

import threading
import time
from typing import NamedTuple

import tensorflow as tf
from keras import tree

from skkeras.training.step import Batch, initial_metrics, results, test_step, train_step

# Keras and TensorFlow trace with state of their own: one trace at a time.
tracing = threading.RLock()


class Pass(NamedTuple):
    """What one pass over the rows of each member reads.

    Parameters
    ----------
    arrays : list of Tensor, each of shape (rows of all members, ...)
        Flat leaves of x, y and sample_weight, members one after another; a member
        whose rows another one has too shares them.
    offsets : Tensor of int32, shape (arrays, members)
        Where each member's rows start in each array.
    rows : Tensor of int32, shape (steps, members, batch_size)
        A member's row indices, in the order of the epoch.
    tail : Tensor of int32, shape (members, remainder)
        Rows of the last, short batch, where it is trained at its true size.
    n_rows : Tensor of int32, shape (members,)
        Rows each member has; 0 for a member at rest.
    steps : Tensor of int32, shape ()
        Batches of `rows` to run.
    """

    arrays: list
    offsets: tf.Tensor
    rows: tf.Tensor
    tail: tf.Tensor
    n_rows: tf.Tensor
    steps: tf.Tensor


class Layout(NamedTuple):
    """How rows come in batches.

    Parameters
    ----------
    structure : nest
        (x, y, sample_weight) with a TensorSpec of one row, or None, at each leaf.
    batch_size : int
    remainder : int or None
        Rows of the last batch, where it must have its true size (0: there is no short
        batch). None where it is filled up with rows that do not count.
    """

    structure: tuple
    batch_size: int
    remainder: int | None

    @property
    def leaves(self):
        """Specs of the arrays there are."""
        return [leaf for leaf in tree.flatten(self.structure) if leaf is not None]

    def pack(self, leaves):
        """Return (x, y, sample_weight) with these tensors at its leaves."""
        remaining = iter(leaves)
        return tree.map_structure(
            lambda leaf: None if leaf is None else next(remaining), self.structure
        )

    def specs(self, members):
        """Return the shapes and types of a `Pass`."""
        count, int32 = len(self.leaves), tf.int32
        return Pass(
            [tf.TensorSpec([None, *leaf.shape], leaf.dtype) for leaf in self.leaves],
            tf.TensorSpec([count, members], int32),
            tf.TensorSpec([None, members, self.batch_size], int32),
            tf.TensorSpec([members, self.remainder or 0], int32),
            tf.TensorSpec([members], int32),
            tf.TensorSpec([], int32),
        )


class Program:
    """A compiled epoch for a fixed number of members.

    Parameters
    ----------
    template : Template
    members : int
    training : Layout
    held_out : Layout or None
    """

    def __init__(self, template, members, training, held_out):
        self.template, self.members = template, members
        self.training, self.held_out = training, held_out
        self._vectorize = members > 1
        self._compiled = set()
        self.compile_seconds = self.epoch_seconds = 0.0
        state = [tf.TensorSpec([members, *v.shape], v.dtype) for v in template.state]
        passes = [p.specs(members) for p in (training, held_out) if p is not None]
        self._run = tf.function(
            self._epoch,
            jit_compile=True,
            autograph=False,
            input_signature=[state, *passes],
        )

    def compile(self, *passes):
        """Trace and compile for the shapes of these passes, if not done before.

        Parameters
        ----------
        *passes : Pass
            Without steps: the program is run on them.

        Returns
        -------
        float
            Seconds it took.
        """
        shapes = tuple(tensor.shape for tensor in tree.flatten(passes))
        start = time.perf_counter()
        with tracing:
            if shapes in self._compiled:
                return 0.0
            state = [
                tf.zeros([self.members, *v.shape], v.dtype) for v in self.template.state
            ]
            self._run(state, *passes)
            self._compiled.add(shapes)
        seconds = time.perf_counter() - start
        self.compile_seconds = max(self.compile_seconds, seconds)
        return seconds

    def __call__(self, state, *passes):
        """Train an epoch, then evaluate.

        Parameters
        ----------
        state : list of Tensor
            Stacked values of ``template.state``.
        *passes : Pass
            Of training, and of held-out rows if the program has a layout for them.

        Returns
        -------
        state : list of Tensor
        logs, held_out_logs : list of Tensor
            Each of shape (members, ...), in the order of ``template.log_names``.
        """
        start = time.perf_counter()
        done = self._run(state, *passes)
        self.epoch_seconds = time.perf_counter() - start
        return done

    def _epoch(self, state, training, held_out=None):
        start = [
            tf.broadcast_to(value, [self.members, *value.shape])
            for value in initial_metrics(self.template)
        ]
        state, metrics = self._loop(
            self.training, training, state, start, self._train_step
        )
        logs = self._over_members(self._results, metrics)
        if held_out is None:
            return state, logs, []
        _, metrics = self._loop(self.held_out, held_out, state, start, self._test_step)
        return state, logs, self._over_members(self._results, metrics)

    def _loop(self, layout, rows, state, metrics, step):
        """Run a step over all batches of a pass."""
        n_state, size = len(state), layout.batch_size

        def run(values, index, valid, active):
            """Run one step of all members; those not active stay as they are."""
            index = index + rows.offsets[:, :, None]
            batch = [
                tf.gather(array, at)
                for array, at in zip(rows.arrays, tf.unstack(index), strict=True)
            ]
            return self._over_members(step, [values, batch, valid, active])

        def body(i, values):
            position = i * size + tf.range(size)
            if layout.remainder is None:
                valid = position < rows.n_rows[:, None]
                active = i * size < rows.n_rows
            else:
                valid, active = None, (i + 1) * size <= rows.n_rows
            return i + 1, run(values, rows.rows[i], valid, active)

        values = [*state, *metrics]
        _, values = tf.while_loop(
            lambda i, _: i < rows.steps, body, (tf.constant(0), values)
        )
        if layout.remainder:
            values = run(values, rows.tail, None, rows.n_rows > 0)
        return values[:n_state], values[n_state:]

    def _train_step(self, elements):
        values, leaves, valid, active = elements
        n = len(self.template.state)
        batch = Batch(*self.training.pack(leaves), valid)
        state, metrics = train_step(self.template, values[:n], values[n:], batch)
        return _select(active, [*state, *metrics], values)

    def _test_step(self, elements):
        values, leaves, valid, active = elements
        n = len(self.template.state)
        batch = Batch(*self.held_out.pack(leaves), valid)
        metrics = test_step(self.template, values[:n], values[n:], batch)
        return [*values[:n], *_select(active, metrics, values[n:])]

    def _results(self, metrics):
        return [tf.convert_to_tensor(r) for r in results(self.template, metrics)]

    def _over_members(self, function, elements):
        """Apply a function of one member to all of them."""
        present = [e is not None for e in elements]

        def call(given):
            given = iter(given)
            return function([next(given) if p else None for p in present])

        elements = [e for e in elements if e is not None]
        if self._vectorize:
            return tf.vectorized_map(call, elements, warn=False)
        first = tree.map_structure(lambda value: value[0], elements)
        return [value[None] for value in call(first)]


def _select(condition, new, old):
    return [tf.where(condition, n, o) for n, o in zip(new, old, strict=True)]
