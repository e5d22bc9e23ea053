"""Keras optimizers as pure functions of their state.

All names are of `keras/src/optimizers/base_optimizer.py`. When one goes, see what
``Optimizer.apply`` calls there: on JAX's backend it is a pure function as it stands.

- ``BaseOptimizer``: Keras's own update, before TensorFlow's is put in its place.
- ``_apply_weight_decay``, ``_overwrite_model_variables_with_average_value``: parts of
  it.
- ``_backend_update_step``, ``_clip_gradients``, ``_iterations``: steps of an update.
- ``_accumulated_gradients``, ``_get_variable_index``: gradients of several batches.
- ``_model_variables_moving_average``, ``_update_model_variables_moving_average``: the
  averages that ``use_ema`` keeps.
- ``_trainable_variables``: what the optimizer was built for.
"""

import keras
import tensorflow as tf
from keras import ops
from keras.src.optimizers.base_optimizer import BaseOptimizer

from skkeras.training.keras_internals.adopted import adopt_constants
from skkeras.training.keras_internals.sparse_gradients import dense, without_branches


class _Functional:
    """Undoes what the TensorFlow backend adds to Keras's optimizers.

    There, optimizers assign to ``tf.Variable`` directly, for the sake of
    ``tf.distribute``, and so do not honour ``keras.StatelessScope``. These methods
    give back Keras's backend-neutral update, with a select in place of each branch:
    a branch cannot be vectorized over members.
    """

    def assign(self, variable, value):
        variable.assign(tf.cast(value, variable.dtype))

    def assign_add(self, variable, value):
        variable.assign(variable.value + tf.cast(dense(value), variable.dtype))

    def assign_sub(self, variable, value):
        variable.assign(variable.value - tf.cast(dense(value), variable.dtype))

    def _var_key(self, variable):
        return id(variable)

    _apply_weight_decay = BaseOptimizer._apply_weight_decay
    _overwrite_model_variables_with_average_value = (
        BaseOptimizer._overwrite_model_variables_with_average_value
    )

    def _all_reduce_sum_gradients(self, grads_and_vars):
        return grads_and_vars

    def _distributed_tf_update_step(self, _, grads_and_values, learning_rate):
        # What calls this has put the variables' values in place of the variables.
        owner = {id(v.value): v for v in self._trainable_variables}
        for gradient, value in grads_and_values:
            self.update_step(gradient, owner[id(value)], learning_rate)

    def _backend_apply_gradients(self, grads, trainable_variables):
        if self.gradient_accumulation_steps:
            self._accumulate(grads, trainable_variables)
        else:
            self._update(grads, trainable_variables)
        if self.use_ema:
            self._update_model_variables_moving_average(self._trainable_variables)
            if self.ema_overwrite_frequency:
                due = (self.iterations + 1) % self.ema_overwrite_frequency == 0
                averages = self._model_variables_moving_average
                for variable, average in zip(
                    self._trainable_variables, averages, strict=True
                ):
                    variable.assign(ops.where(due, average, variable))

    def _update(self, grads, trainable_variables):
        grads = self._clip_gradients(grads)
        self._apply_weight_decay(trainable_variables)
        self._backend_update_step(grads, trainable_variables, self.learning_rate)

    def _accumulate(self, grads, trainable_variables):
        """Update with the mean gradient every few steps, add it up in between."""
        steps = self.gradient_accumulation_steps
        due = (self._iterations + 1) % steps == 0
        accumulators = [
            self._accumulated_gradients[self._get_variable_index(v)]
            for v in trainable_variables
        ]
        sums = [dense(g) + a.value for g, a in zip(grads, accumulators, strict=True)]
        touched = [*trainable_variables, *self.variables]
        before = [v.value for v in touched]
        self._update([total / steps for total in sums], trainable_variables)
        for variable, old in zip(touched, before, strict=True):
            variable.assign(ops.where(due, variable.value, old))
        for accumulator, total in zip(accumulators, sums, strict=True):
            accumulator.assign(ops.where(due, ops.zeros_like(total), total))


_NEUTRAL = {name: f for name, f in vars(_Functional).items() if callable(f)}


def functional(optimizer):
    """Return an optimizer of the same settings that works on functional state.

    Parameters
    ----------
    optimizer : keras.optimizers.Optimizer

    Returns
    -------
    keras.optimizers.Optimizer
        New and not built. Its ``apply`` honours ``keras.StatelessScope``.
    """
    base = type(optimizer)
    # What a class of its own has in place of the backend's stays as it is.
    neutral = {
        name: method
        for name, method in _NEUTRAL.items()
        if getattr(base, name, None) is getattr(keras.optimizers.Optimizer, name, None)
    }
    neutral["update_step"] = without_branches(base.update_step)
    new = type(base.__name__, (base,), neutral).from_config(optimizer.get_config())
    adopt_constants(new, optimizer)
    return new
