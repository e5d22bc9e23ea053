"""The 8-12-8-1 net without Keras: one hand-written loop under XLA.

The yardstick for the engine: K nets as einsums over a leading axis, binary
cross-entropy, Adam with Keras's constants, shuffled batches of ten with a short last
one, mean loss and accuracy of each epoch. Nothing general, nothing to configure.
"""

from itertools import pairwise

import numpy as np
import tensorflow as tf

UNITS = (8, 12, 8, 1)
RATE, BETA_1, BETA_2, EPSILON = 1e-3, 0.9, 0.999, 1e-7


def initial_state(members, seed=0):
    """Return weights and biases, their first and second moments, and the step."""
    rng = np.random.default_rng(seed)
    weights = []
    for n_in, n_out in pairwise(UNITS):
        limit = np.sqrt(6 / (n_in + n_out))
        kernel = rng.uniform(-limit, limit, (members, n_in, n_out))
        weights += [kernel.astype("float32"), np.zeros((members, 1, n_out), "float32")]
    zeros = [np.zeros_like(w) for w in weights]
    return [*map(tf.constant, [*weights, *zeros, *zeros]), tf.constant(0.0)]


def epoch_rows(members, epochs, n_rows, batch_size, seed=0):
    """Return row indices (epochs, steps, members, batch_size) and their validity."""
    rng = np.random.default_rng(seed)
    steps = -(-n_rows // batch_size)
    rows = np.zeros((epochs, members, steps * batch_size), np.int32)
    for epoch in range(epochs):
        for member in range(members):
            rows[epoch, member, :n_rows] = rng.permutation(n_rows)
    rows = rows.reshape(epochs, members, steps, batch_size)
    valid = (np.arange(steps * batch_size) < n_rows).reshape(steps, batch_size)
    return tf.constant(rows.transpose(0, 2, 1, 3)), tf.constant(valid, tf.float32)


@tf.function(jit_compile=True, autograph=False)
def train(state, X, y, rows, valid):
    """Train the epochs of `rows`; return the state, and loss and accuracy of each."""
    epochs, steps = rows.shape[0], rows.shape[1]
    logs = tf.zeros([epochs, 2, rows.shape[2]])

    def step(i, epoch, state, totals):
        index, weight = rows[epoch, i], valid[i]
        batch = tf.gather(X, index), tf.gather(y, index), weight
        state, batch_totals = _step(state, *batch)
        return i + 1, epoch, state, totals + batch_totals

    def one_epoch(epoch, state, logs):
        _, _, state, totals = tf.while_loop(
            lambda i, *_: i < steps,
            step,
            (0, epoch, state, tf.zeros_like(logs[0])),
        )
        means = totals[None] / tf.reduce_sum(valid)
        logs = tf.tensor_scatter_nd_update(logs, [[epoch]], means)
        return epoch + 1, state, logs

    _, state, logs = tf.while_loop(
        lambda epoch, *_: epoch < epochs, one_epoch, (0, state, logs)
    )
    return state, logs


def _step(state, x, y, weight):
    n = 2 * (len(UNITS) - 1)
    weights, t = state[:n], state[-1] + 1
    first, second = state[n : 2 * n], state[2 * n : -1]
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(weights)
        logits = _forward(weights, x)
        losses = tf.nn.sigmoid_cross_entropy_with_logits(y, logits) * weight
        loss = tf.reduce_sum(losses) / tf.reduce_sum(weight)
    gradients = tape.gradient(loss, weights)
    rate = RATE * tf.sqrt(1 - BETA_2**t) / (1 - BETA_1**t)
    first = [m + (g - m) * (1 - BETA_1) for m, g in zip(first, gradients, strict=True)]
    second = [
        v + (g * g - v) * (1 - BETA_2) for v, g in zip(second, gradients, strict=True)
    ]
    weights = [
        w - rate * m / (tf.sqrt(v) + EPSILON)
        for w, m, v in zip(weights, first, second, strict=True)
    ]
    right = tf.cast(tf.equal(logits > 0, y > 0.5), tf.float32) * weight
    totals = tf.stack([tf.reduce_sum(losses, 1), tf.reduce_sum(right, 1)])
    return [*weights, *first, *second, t], totals


def _forward(weights, x):
    for i in range(0, len(weights), 2):
        x = tf.einsum("kbi,kio->kbo", x, weights[i]) + weights[i + 1]
        x = tf.nn.relu(x) if i + 2 < len(weights) else x
    return x[..., 0]
