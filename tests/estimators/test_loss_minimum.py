"""Losses that do not lead to the targets they are given: tried, and told of."""

import warnings

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.model_selection import cross_val_score

from skkeras import KerasMLPRegressor
from skkeras.estimators.targets.loss_minimum import warn_of_loss

RNG = np.random.default_rng(0)
TARGETS = {
    "any": RNG.normal(size=200),
    "positive": np.exp(RNG.normal(size=200)),
    "counts": RNG.poisson(2, size=200),
    "large": 1e6 * RNG.random(200),
    "shares": RNG.uniform(0.01, 0.99, size=200),
    "two": RNG.normal(size=(200, 2)),
}
# Which targets minimise the expected loss, by its formula in docs/guide/losses.md.
FITTING = {
    "huber": set(TARGETS),
    "log_cosh": set(TARGETS),
    "mean_absolute_percentage_error": set(TARGETS),
    "mean_squared_logarithmic_error": {"positive", "counts", "large", "shares"},
    "poisson": {"positive", "counts", "large", "shares"},
    "binary_crossentropy": {"shares"},
    "binary_focal_crossentropy": set(),
    "categorical_crossentropy": set(),
    "kl_divergence": set(),
    "hinge": set(),
    "squared_hinge": set(),
    "categorical_hinge": set(),
    "cosine_similarity": {"two"},  # a direction
}


def warns(loss, y):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warn_of_loss(loss, y)
    messages = [str(one.message) for one in caught]
    return [message for message in messages if "does not lead" in message]


@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize("loss", FITTING)
def test_what_does_not_fit_is_told_of(loss, kind):
    found = warns(loss, TARGETS[kind])
    assert len(found) == (kind not in FITTING[loss])
    assert all(loss in message for message in found)


@settings(max_examples=200)
@given(
    # Below 1e-5, the 1e-7 that Keras adds to a prediction moves the minimum.
    y=st.lists(st.just(0.0) | st.floats(1e-5, 1e6), min_size=1, max_size=9),
    negative=st.floats(-1e6, -1e-3),
    loss=st.sampled_from(["poisson", "mean_squared_logarithmic_error"]),
)
def test_one_negative_target_is_enough(y, negative, loss):
    assert not warns(loss, np.array(y))
    assert warns(loss, np.array([*y, negative]))


@pytest.mark.parametrize(
    "loss",
    [
        "huber",
        keras.losses.Huber,
        keras.losses.Huber(delta=0.1),
        keras.losses.huber,
        "dice",  # not of rows
        "sparse_categorical_crossentropy",  # refuses such targets itself
        lambda y_true, y_pred: -y_pred,  # the user's own
    ],
)
def test_every_form_of_a_loss_is_taken(loss):
    assert not warns(loss, TARGETS["any"])
    assert not warns(loss, TARGETS["any"][:0])


@pytest.mark.tensorflow
def test_fits_warn_once_each_and_heed_weights():
    X, y = RNG.normal(size=(30, 2)), np.r_[-1.0, RNG.poisson(2, size=29)]
    net = KerasMLPRegressor((4,), l2=0.01, loss="poisson", epochs=1, random_state=0)
    with pytest.warns(UserWarning, match="'poisson' does not lead") as caught:
        net.fit(X, y)
    assert len(caught) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        net.fit(X, y, sample_weight=np.r_[0.0, np.ones(29)])
        clone(net).set_params(loss="huber").fit(X, y)
        cross_val_score(clone(net), X[1:], y[1:], cv=3)
