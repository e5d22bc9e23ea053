"""Every optimizer of Keras, with the arguments that few people use."""

import keras
from other_versions import TRAINS_MUON

O = keras.optimizers  # noqa: E741
RATES = {
    "SGD": (0.005, 0.1), "RMSprop": (1e-3, 0.02), "Adagrad": (0.01, 0.1),
    "Adadelta": (0.1, 1.0), "Adam": (1e-3, 0.03), "AdamW": (1e-3, 0.03),
    "Adamax": (1e-3, 0.03), "Nadam": (1e-3, 0.03), "Ftrl": (0.01, 0.1),
    "Lion": (1e-4, 0.01), "Lamb": (1e-3, 0.03), "Adafactor": (1e-3, 0.03),
    "Muon": (1e-3, 0.03), "ScheduleFreeAdamW": (1e-3, 0.03),
}  # fmt: skip
TRAINED = sorted(
    name for name in RATES if hasattr(O, name) and (TRAINS_MUON or name != "Muon")
)


def _flag(draws):
    return draws.chance(0.5)


OWN_ARGUMENTS = {
    "SGD": {"momentum": (0.3, 0.95), "nesterov": _flag},
    "RMSprop": {"rho": (0.5, 0.95), "momentum": (0.3, 0.9), "centered": _flag},
    "Adagrad": {"initial_accumulator_value": (0.01, 1.0)},
    "Adadelta": {"rho": (0.5, 0.97)},
    "Adam": {"beta_1": (0.5, 0.95), "beta_2": (0.9, 0.999), "amsgrad": _flag},
    "AdamW": {"beta_1": (0.5, 0.95), "amsgrad": _flag},
    "Adamax": {"beta_1": (0.5, 0.95), "beta_2": (0.9, 0.999)},
    "Nadam": {"beta_1": (0.5, 0.95), "beta_2": (0.9, 0.999)},
    "Ftrl": {
        "l1_regularization_strength": (1e-4, 1e-2),
        "l2_regularization_strength": (1e-4, 1e-2),
        "l2_shrinkage_regularization_strength": (1e-4, 1e-2),
        "beta": (0.01, 0.5),
    },
    "Lion": {"beta_1": (0.5, 0.95), "beta_2": (0.9, 0.999)},
    "Lamb": {"beta_1": (0.5, 0.95)},
    "Adafactor": {
        "beta_2_decay": lambda draws: -draws.number(0.5, 0.9),
        "clip_threshold": (0.5, 2.0),
        "relative_step": _flag,
    },
    "Muon": {
        "adam_weight_decay": (1e-3, 0.1),
        "adam_beta_1": (0.5, 0.95),
        "adam_lr_ratio": (0.1, 1.0),
        "momentum": (0.5, 0.95),
        "ns_steps": lambda draws: draws.integer(2, 6),
        "nesterov": _flag,
        "rms_rate": (0.1, 0.4),
        "exclude_embeddings": _flag,
    },
    "ScheduleFreeAdamW": {"beta_1": (0.5, 0.95), "warmup_steps": lambda d: 2},
}


def optimizer(draws):
    """Draw a new optimizer."""
    name = draws.choice(TRAINED)
    own = {
        argument: spread(draws) if callable(spread) else draws.number(*spread)
        for argument, spread in OWN_ARGUMENTS[name].items()
        if draws.chance(0.4)
    }
    rate = draws.number(*RATES[name])
    if draws.chance(0.15):
        rate = schedule(draws, rate)
    return getattr(O, name)(rate, **own, **_common_arguments(draws))


def _common_arguments(draws):
    drawn = {}
    if draws.chance(0.2):
        bound = draws.choice(["clipnorm", "clipvalue", "global_clipnorm"])
        drawn[bound] = draws.number(0.01, 1.0)
    if draws.chance(0.15):
        drawn["weight_decay"] = draws.number(1e-3, 0.1)
    if draws.chance(0.15):
        drawn |= {"use_ema": True, "ema_momentum": draws.number(0.5, 0.95)}
        if draws.chance(0.5):
            drawn["ema_overwrite_frequency"] = draws.integer(2, 4)
    if draws.chance(0.15):
        drawn["gradient_accumulation_steps"] = draws.integer(2, 3)
    if draws.chance(0.05):
        drawn["loss_scale_factor"] = 8.0
    return drawn


class Halved(O.schedules.LearningRateSchedule):
    """A schedule of one's own that has no config."""

    def __init__(self, rate):
        self.rate = rate

    def __call__(self, step):
        return self.rate * 0.5 ** keras.ops.cast(step, "float32")


def schedule(draws, rate):
    kinds = O.schedules
    steps = draws.integer(1, 5)
    return draws.choice(
        [
            lambda: kinds.ExponentialDecay(rate, steps, 0.8, staircase=True),
            lambda: kinds.InverseTimeDecay(rate, steps, 0.5),
            lambda: kinds.PolynomialDecay(rate, steps, rate / 10, power=2.0),
            lambda: kinds.PiecewiseConstantDecay(
                [steps, steps + 2], [rate, rate / 2, 0.0]
            ),
            lambda: kinds.CosineDecay(
                rate, steps, warmup_target=2 * rate, warmup_steps=1
            ),
            lambda: kinds.CosineDecayRestarts(rate, steps),
            lambda: Halved(rate),
        ]
    )()
