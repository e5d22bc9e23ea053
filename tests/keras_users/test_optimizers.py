"""Optimizers by name, class, instance and routed parameters."""

import keras
import pytest
from other_versions import needs_muon

from skkeras import KerasClassifier, KerasMLPClassifier

O = keras.optimizers  # noqa: E741


def create_model(meta):
    return keras.Sequential(
        [
            keras.Input((meta["n_features_in_"],)),
            keras.layers.Dense(6, activation="tanh"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )


def fit(binary, optimizer, **params):
    return KerasClassifier(
        create_model,
        loss="binary_crossentropy",
        optimizer=optimizer,
        epochs=params.pop("epochs", 8),
        batch_size=16,
        verbose=0,
        random_state=0,
        **params,
    ).fit(*binary)


@pytest.mark.in_turn
@pytest.mark.parametrize(
    "optimizer",
    [
        O.SGD(0.1, momentum=0.9),
        O.SGD(0.1, momentum=0.9, nesterov=True),
        O.SGD(0.5, clipvalue=0.5),
        O.SGD(0.5, clipnorm=1.0),
        O.RMSprop(0.02),
        O.Adagrad(0.2),
        O.Adadelta(5.0),
        O.Adam(0.05, amsgrad=True),
        O.Adamax(0.05),
        O.Nadam(0.05),
        O.AdamW(0.05),
        O.Lion(0.01),
        O.Lamb(0.05),
        O.Ftrl(0.5),
        O.Adafactor(0.1),
        pytest.param(O.Muon(0.05), marks=needs_muon),
    ],
    ids=lambda optimizer: type(optimizer).__name__,
)
def test_every_optimizer_learns(binary, optimizer):
    classifier = fit(binary, optimizer)
    assert classifier.history_["loss"][-1] < 0.75 * classifier.history_["loss"][0]
    assert type(classifier.model_.optimizer) is type(optimizer)
    assert not optimizer.built, "the parameter itself was trained"


@pytest.mark.parametrize(
    "given",
    [
        {
            "optimizer": "sgd",
            "optimizer__learning_rate": 0.1,
            "optimizer__momentum": 0.9,
        },
        {
            "optimizer": "SGD",
            "optimizer__learning_rate": 0.1,
            "optimizer__momentum": 0.9,
        },
        {
            "optimizer": O.SGD,
            "optimizer__learning_rate": 0.1,
            "optimizer__momentum": 0.9,
        },
        {"optimizer": O.SGD(learning_rate=0.1, momentum=0.9)},
    ],
    ids=["name", "capitals", "class", "instance"],
)
def test_four_spellings_of_one_optimizer(binary, given):
    reference = fit(binary, O.SGD(0.1, momentum=0.9), epochs=2)
    assert fit(binary, epochs=2, **given).history_ == reference.history_


def test_decay_is_a_schedule_today(binary):
    """``decay=0.1`` used to mean ``lr / (1 + decay * step)``."""
    schedule = O.schedules.InverseTimeDecay(0.2, decay_steps=1, decay_rate=0.1)
    classifier = fit(binary, "sgd", optimizer__learning_rate=schedule, epochs=2)
    steps = 2 * 8
    optimizer = classifier.model_.optimizer
    assert int(optimizer.iterations.numpy()) == steps
    assert float(optimizer.learning_rate) == pytest.approx(0.2 / (1 + 0.1 * steps))


def test_the_perceptron_takes_a_schedule(binary):
    schedule = O.schedules.ExponentialDecay(0.05, decay_steps=10, decay_rate=0.5)
    classifier = KerasMLPClassifier(
        (4,), learning_rate=schedule, l2=0.01, epochs=5, batch_size=12, random_state=0
    ).fit(*binary)
    assert float(classifier.model_.optimizer.learning_rate) == pytest.approx(
        0.05 * 0.5**5, rel=1e-5
    )


@pytest.mark.parametrize(
    ("name", "modern"),
    [("lr", "learning_rate"), ("decay", "InverseTimeDecay"), ("clip_norm", "clipnorm")],
)
def test_old_arguments_are_named_with_the_modern_ones(binary, name, modern):
    with pytest.raises(ValueError, match=modern):
        fit(binary, "sgd", **{f"optimizer__{name}": 0.1})
