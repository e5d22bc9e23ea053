"""Which engine is the faster one for a model.

Measured on two cores, milliseconds a model and epoch (`benchmarks/crossover.py`):

====================================  =========  ========  =====
model, rows, batch                    Model.fit  compiled  fused
====================================  =========  ========  =====
784-32-10, 6000, 32                         196        25     20
784-128-10, 6000, 32                        282        51     31
784-256-10, 6000, 32                        489        79     62
784-512-512-10, 6000, 128                   301       144    166
Conv2D(4) on 28x28, 1000, 32                 90        39     36
Conv2D(16) on 28x28, 1000, 32               137       107    111
Conv2D(32), Conv2D(64), 320, 32             246      6620   6500
====================================  =========  ========  =====

Many weights leave the processor's cache when several models take turns, and XLA's
convolutions are slower than those TensorFlow calls outside it, once they are large.
Between the limits runs disagree: 784-256-10 fused took 120 ms in another one, and
Conv2D(16) by `Model.fit` 99.
"""

import math
import time

import keras

from skkeras.training.keras_internals.models import layers_inside, layers_of
from skkeras.training.routing.eligibility import Ineligible

FUSED_WEIGHTS = 150_000
"""A model of more weights is trained faster alone."""

CONVOLUTION_FLOPS = 5_000_000
"""Forward operations in the convolutions of a step beyond which Keras is faster."""

COMPILING = 1.0
"""Seconds that tracing and compiling a program for small nets take, about."""

_NOTICED = 5e-3  # seconds of a step from which on it is worth to measure
_TRIES = 3  # of a step that seems slow
_PATIENCE = 0.1  # seconds from which on it is not tried again

_CONVOLUTIONS = (
    keras.layers.Conv1D,
    keras.layers.Conv2D,
    keras.layers.Conv3D,
    keras.layers.DepthwiseConv1D,
    keras.layers.DepthwiseConv2D,
    keras.layers.SeparableConv1D,
    keras.layers.SeparableConv2D,
)
_CONVOLVING = 6  # Conv2D(16) in the table: 5e9 operations a second, products 3e10


def why_keras(model, batch_size):
    """Return why `Model.fit` is the faster choice, or None."""
    flops = batch_size * sum(map(_convolution_flops, layers_inside(model)))
    if flops > CONVOLUTION_FLOPS:
        return f"faster there: convolutions of {flops / 1e6:.0f} MFLOP a step"
    return None


def check_measured_cost(step_seconds, audit, measure_again):
    """Raise `Ineligible` where `Model.fit` was seen to take a step in less time.

    What operations of many dimensions cost is measured, since it is not known. A step
    may be slow by what else the machine does: several must be.

    Parameters
    ----------
    step_seconds : float
        Of a compiled step of one fit.
    audit : Audit
    measure_again : callable
        Gives the seconds of another step.
    """
    by_keras = audit.step_seconds
    ranks = [len(v.shape) for v in audit.model.trainable_variables]
    if step_seconds < by_keras and step_seconds > _NOTICED and max(ranks) > 2:
        by_keras = audit.seconds_of_fit()
    start = time.perf_counter()
    for _ in range(_TRIES):
        if step_seconds <= by_keras or time.perf_counter() - start > _PATIENCE:
            break
        step_seconds = min(step_seconds, measure_again())
    if step_seconds > by_keras:
        ours, keras_own = (f"{1e3 * s:.2g} ms" for s in (step_seconds, by_keras))
        raise Ineligible(f"faster there: a step takes {keras_own}, compiled {ours}")


def why_alone(model):
    """Return why fits of the model are better trained one by one, or None."""
    if any(isinstance(layer, keras.layers.RNN) for layer in layers_of(model)):
        return "the loop of a recurrent layer does not vectorize over fits"
    weights = sum(math.prod(v.shape) for v in model.trainable_variables)
    if weights > FUSED_WEIGHTS:
        return f"faster alone: {weights} weights a model"
    return None


def multiplications(layer):
    """Return how many weights a row of a model or layer meets.

    Those of convolutions count several times, since XLA takes as much longer for them.

    Parameters
    ----------
    layer : keras.layers.Layer
        Built.
    """
    if isinstance(layer, keras.Model):
        return sum(map(multiplications, layer.layers))
    if isinstance(layer, _CONVOLUTIONS):
        return _CONVOLVING * _convolution_flops(layer) // 2
    shapes = [v.shape for v in layer.trainable_variables if len(v.shape) > 1]
    return sum(map(math.prod, shapes)) * _positions(layer)


def _positions(layer):
    """Return how many vectors of a row a layer takes, such as steps of a sequence."""
    try:
        shape = layer.input.shape[1:-1]
    except (AttributeError, ValueError):
        return 1
    return math.prod(size or 1 for size in shape)


def _convolution_flops(layer):
    """Return the forward operations of a convolution for a row, 0 for other layers.

    Also 0 where the layer does not know its output, as in subclassed models.
    """
    if not isinstance(layer, _CONVOLUTIONS):
        return 0
    try:
        shape = layer.output.shape[1:]
    except (AttributeError, ValueError):
        return 0
    first = layer.data_format == "channels_first"
    positions = shape[1:] if first else shape[:-1]
    weights = sum(math.prod(v.shape) for v in layer.weights if len(v.shape) > 1)
    return 2 * weights * math.prod(d or 1 for d in positions)
