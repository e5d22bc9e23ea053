"""How a model is fitted: rows, weights, batches, epochs, held-out rows, callbacks."""

from dataclasses import dataclass

import keras
import numpy as np

C = keras.callbacks


@dataclass
class Fit:
    """What members of one case are fitted with.

    Parameters
    ----------
    n_rows : list of int
        Of each member.
    n_held_out : int
        Rows of the validation data, 0 for none.
    weighted : bool
    arguments : dict
        Further ones of ``Job``.
    """

    n_rows: list
    n_held_out: int
    weighted: bool
    arguments: dict


def fit(draws):
    """Draw how to fit."""
    n_members = draws.choice([2, 2, 2, 3])
    most = draws.integer(5, 40)
    n_rows = [most] * n_members
    if draws.chance(0.4):
        n_rows = [max(n - k * draws.integer(1, 3), 2) for k, n in enumerate(n_rows)]
    batch_size = draws.choice([1, 2, 4, 8, 8, 16, most + 10, most, most - 1, 7])
    if batch_size == 1:
        n_rows = [min(n, 8) for n in n_rows]
    arguments = {
        "batch_size": max(batch_size, 1),
        "epochs": draws.integer(1, 3),
        "shuffle": draws.chance(0.7),
    }
    n_held_out = draws.integer(1, 15) if draws.chance(0.5) else 0
    if n_held_out and draws.chance(0.3):
        arguments["validation_batch_size"] = draws.integer(1, 10)
    if n_held_out and draws.chance(0.2):
        arguments["validation_freq"] = 2
    if arguments["epochs"] > 1 and draws.chance(0.1):
        arguments["initial_epoch"] = 1
    return Fit(n_rows, n_held_out, draws.chance(0.3), arguments)


def callbacks(draws, fit):
    """Draw new callbacks."""
    watched = "val_loss" if fit.n_held_out else "loss"
    if "validation_freq" in fit.arguments:
        watched = "loss"
    factor = draws.number(0.1, 0.9)

    def halve_rate(epoch, logs):
        rate = drawn[-1].model.optimizer
        rate.learning_rate = rate.learning_rate * 0.5

    kinds = [
        lambda: C.EarlyStopping(
            watched,
            patience=draws.integer(0, 1),
            restore_best_weights=draws.chance(0.7),
        ),
        lambda: C.ReduceLROnPlateau(watched, factor=factor, patience=0, min_delta=0.05),
        lambda: C.LearningRateScheduler(lambda epoch, rate: rate * factor),
        lambda: C.TerminateOnNaN(),
        lambda: C.LambdaCallback(on_epoch_end=halve_rate),
        lambda: C.LambdaCallback(on_train_batch_end=lambda batch, logs: None),
    ]
    drawn = [kind() for kind in draws.some(kinds, 2)] if draws.chance(0.35) else []
    return drawn


def sample_weight(rng, n_rows):
    weight = rng.uniform(0.2, 2, n_rows)
    weight[rng.random(n_rows) < 0.1] = 0
    return weight.astype("float32")


def rng_of(*numbers):
    return np.random.default_rng(numbers)
