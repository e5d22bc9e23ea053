"""Variables of an optimizer that Keras has no public name for.

When one goes, look in `keras/src/optimizers/base_optimizer.py`.

- ``_learning_rate``: the variable, schedule or function that gives the rate.
- ``_iterations``: the variable that counts steps; ``iterations`` is its value.
- ``_trainable_variables``: those the optimizer was built for, in its order.
- ``_exclude_from_weight_decay``, ``_exclude_from_weight_decay_pattern``: what
  ``exclude_from_weight_decay`` was told.
- ``_exclude_from_weight_decay_cache``: what that means for each weight, once asked.
"""

BOOKKEEPING = frozenset({"built", "_exclude_from_weight_decay_cache"})
"""Attributes of an optimizer that follow from its configuration and its weights."""


def learning_rate_of(optimizer):
    """Return the variable of the learning rate, or the schedule or function it has."""
    return optimizer._learning_rate


def iterations_of(optimizer):
    """Return the variable that counts an optimizer's steps."""
    return optimizer._iterations


def trained_by(optimizer):
    """Return the variables that an optimizer was built for."""
    return optimizer._trainable_variables


def excludes_weights_from_decay(optimizer):
    """Return whether ``exclude_from_weight_decay`` was called."""
    names = ("_exclude_from_weight_decay", "_exclude_from_weight_decay_pattern")
    return any(getattr(optimizer, name, None) for name in names)
