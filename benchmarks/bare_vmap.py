"""A dense net without Keras, in JAX: one member's step under `jax.vmap`.

The yardstick for a population on an accelerator: binary cross-entropy, Adam with the
constants of Keras, all epochs in one program. Nothing general: full batches alone.
"""

from functools import partial

import jax
import jax.numpy as jnp

RATE, BETA_1, BETA_2, EPSILON = 1e-3, 0.9, 0.999, 1e-7


def initial_state(weights, members):
    """Return weights, their first and second moments, and the step, of each member.

    Parameters
    ----------
    weights : list of ndarray
        Kernel and bias of each layer; all members begin with them.
    members : int
    """
    stacked = [jnp.tile(w, (members, *[1] * w.ndim)) for w in weights]
    # Each its own array, or they could not be given to the program to write over.
    first, second = ([jnp.zeros_like(w) for w in stacked] for _ in range(2))
    return stacked, first, second, jnp.zeros(members)


@partial(jax.jit, donate_argnums=0)
def train(state, X, y, orders):
    """Train epochs; return the state, and the mean loss of each epoch and member.

    Parameters
    ----------
    state : tuple
        Of `initial_state`; it is written over.
    X : array of shape (n_rows, n_features)
    y : array of shape (n_rows,)
    orders : array of int of shape (epochs, steps, members, batch_size)
        Which rows each batch has.
    """
    member = jax.vmap(_step, in_axes=(0, None, None, 0))

    def epoch(state, orders):
        state, losses = jax.lax.scan(
            lambda state, rows: member(state, X, y, rows), state, orders
        )
        return state, losses.mean(axis=0)

    return jax.lax.scan(epoch, state, orders)


def _step(state, X, y, rows):
    weights, first, second, t = state
    loss, gradients = jax.value_and_grad(_loss)(weights, X[rows], y[rows])
    t = t + 1
    rate = RATE * jnp.sqrt(1 - BETA_2**t) / (1 - BETA_1**t)
    first = [m + (g - m) * (1 - BETA_1) for m, g in zip(first, gradients, strict=True)]
    second = [
        v + (g * g - v) * (1 - BETA_2) for v, g in zip(second, gradients, strict=True)
    ]
    weights = [
        w - rate * m / (jnp.sqrt(v) + EPSILON)
        for w, m, v in zip(weights, first, second, strict=True)
    ]
    return (weights, first, second, t), loss


def _loss(weights, x, y):
    for i in range(0, len(weights), 2):
        x = x @ weights[i] + weights[i + 1]
        x = jax.nn.relu(x) if i + 2 < len(weights) else x
    logits = x[:, 0]
    losses = jnp.maximum(logits, 0) - logits * y + jnp.log1p(jnp.exp(-abs(logits)))
    return losses.mean()
