"""Variables of an optimizer that Keras has no public name for.

``Optimizer.learning_rate`` gives a value where a schedule decides it, so what was
given is read here; ``Optimizer.iterations`` is a value, too. When the names go, look in
`keras/src/optimizers/base_optimizer.py`.
"""


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
