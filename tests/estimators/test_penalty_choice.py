"""``l2="auto"``: the penalty that held-out rows ask for, and the net it gives."""

import io
import pickle

import keras
import numpy as np
import pytest
from sklearn.metrics import log_loss
from sklearn.model_selection import cross_validate

import skkeras
from skkeras import KerasMLPClassifier, KerasMLPRegressor, training
from skkeras.estimators.data.rows import Rows
from skkeras.estimators.inner_nets import hold_out_third, mean_loss
from skkeras.estimators.penalty_choice import PENALTIES, lowest

pytestmark = pytest.mark.in_turn

SMALL = {"hidden_layer_sizes": (16,), "epochs": 40, "random_state": 0}


def signal(n=400, seed=0):
    """A curved border and no noise."""
    X = np.random.default_rng(seed).normal(size=(n, 4))
    return X, (np.sin(2 * X[:, 0]) + X[:, 1] > 0).astype(int)


def noise(n=200, seed=0):
    """Labels that the features say nothing of."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 20)), rng.integers(2, size=n)


def curve(n=400, seed=0):
    X = np.random.default_rng(seed).normal(size=(n, 3))
    return X, 50 + 10 * (np.sin(2 * X[:, 0]) + X[:, 1])


@pytest.fixture(scope="module")
def classifier():
    return KerasMLPClassifier(**SMALL).fit(*signal())


def same_predictions(one, other, X):
    method = "predict_proba" if hasattr(one, "predict_proba") else "predict"
    a, b = getattr(one, method)(X), getattr(other, method)(X)
    np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)


def test_signal_wants_a_small_penalty_and_noise_a_large_one(classifier):
    assert classifier.l2_ <= 3e-3
    assert KerasMLPClassifier(**SMALL).fit(*noise()).l2_ == 3e-2


def test_regression_of_a_curve_wants_a_small_penalty():
    assert KerasMLPRegressor(**SMALL).fit(*curve()).l2_ <= 3e-3


def test_the_penalty_is_that_of_the_lowest_score(classifier):
    assert tuple(classifier.l2_scores_) == PENALTIES
    assert classifier.l2_ == min(PENALTIES, key=classifier.l2_scores_.get)


@pytest.mark.parametrize(
    ("kind", "data"), [(KerasMLPClassifier, signal), (KerasMLPRegressor, curve)]
)
def test_the_net_is_that_of_the_chosen_number(kind, data):
    X, y = data()
    chosen = kind(**SMALL).fit(X, y)
    given = kind(**SMALL, l2=chosen.l2_).fit(X, y)
    same_predictions(chosen, given, X)
    assert chosen.history_.keys() == given.history_.keys()
    np.testing.assert_allclose(
        chosen.history_["loss"], given.history_["loss"], rtol=1e-5
    )


def test_a_score_is_the_log_loss_of_a_shorter_fit_on_two_thirds(classifier):
    X, y = signal()
    kept, held = hold_out_third(len(y), classifier._seed, classes=y)
    short = KerasMLPClassifier(**SMALL | {"epochs": 12}, l2=1e-3).fit(X[kept], y[kept])
    expected = log_loss(y[held], short.predict_proba(X[held]))
    assert classifier.l2_scores_[1e-3] == pytest.approx(expected, rel=1e-4)


def test_a_number_chooses_nothing(monkeypatch):
    calls = []
    train = training.train
    monkeypatch.setattr(
        training, "train", lambda jobs: calls.append(len(jobs)) or train(jobs)
    )
    model = KerasMLPClassifier(**SMALL, l2=0.02).fit(*signal())
    assert (model.l2_, calls) == (0.02, [1])
    assert not hasattr(model, "l2_scores_")
    KerasMLPClassifier(**SMALL).fit(*signal())
    assert calls == [1, len(PENALTIES), 1]


def test_scores_of_an_earlier_choice_do_not_outlive_it():
    X, y = signal(120)
    model = KerasMLPClassifier(**SMALL).fit(X, y)
    model.set_params(l2=0.5).fit(X, y)
    assert model.l2_ == 0.5
    assert not hasattr(model, "l2_scores_")


def test_alone_and_fused_choose_alike():
    X, y = signal(120)
    model = KerasMLPClassifier(**SMALL)
    arguments = {"cv": 3, "return_estimator": True}
    alone = cross_validate(model, X, y, **arguments)
    with skkeras.fused():
        together = cross_validate(model, X, y, **arguments)
    for one, other in zip(alone["estimator"], together["estimator"], strict=True):
        assert one.l2_ == other.l2_
        assert one.l2_scores_ == pytest.approx(other.l2_scores_, rel=1e-4)
        same_predictions(one, other, X)
        assert other.training_.members == 3


def test_the_same_seed_chooses_the_same():
    X, y = signal(120)
    by_number = [KerasMLPClassifier(**SMALL).fit(X, y) for _ in range(2)]
    assert by_number[0].l2_scores_ == by_number[1].l2_scores_
    states = SMALL | {"random_state": np.random.RandomState(3)}
    chosen = KerasMLPClassifier(**states).fit(X, y)
    states = SMALL | {"random_state": np.random.RandomState(3)}
    same_predictions(chosen, KerasMLPClassifier(**states, l2=chosen.l2_).fit(X, y), X)


def test_model_fit_trains_the_net_with_the_same_penalty():
    X, y = signal(120)
    few = SMALL | {"epochs": 4}
    by_keras = KerasMLPClassifier(**few, engine="keras").fit(X, y)
    compiled = KerasMLPClassifier(**few).fit(X, y)
    assert by_keras.training_.engine == "keras"
    assert by_keras.l2_scores_ == pytest.approx(compiled.l2_scores_)
    same_predictions(by_keras, compiled, X)


def test_rows_of_weight_nothing_and_weights_count():
    X, y = signal(120)
    doubled = np.concatenate([X, X]), np.concatenate([y, 1 - y])
    weights = np.repeat([1.0, 0.0], 120)
    one = KerasMLPClassifier(**SMALL).fit(*doubled, sample_weight=weights)
    other = KerasMLPClassifier(**SMALL).fit(X, y)
    assert one.l2_scores_ == pytest.approx(other.l2_scores_, rel=1e-5)


def test_a_class_weight_counts_in_the_scores():
    X, y = signal(120)
    plain = KerasMLPClassifier(**SMALL).fit(X, y)
    heavy = KerasMLPClassifier(**SMALL, class_weight={0: 1.0, 1: 50.0}).fit(X, y)
    assert plain.l2_scores_ != pytest.approx(heavy.l2_scores_, rel=1e-2)


@pytest.mark.parametrize("n", [2, 29])
def test_too_few_rows_get_the_safe_penalty(n):
    model = KerasMLPClassifier(**SMALL | {"epochs": 1})
    model.fit(*(part[:n] for part in (signal()[0], np.arange(400) % 2)))
    assert model.l2_ == 1e-2
    assert not hasattr(model, "l2_scores_")


def test_a_class_of_one_row_is_no_hindrance():
    X, y = signal(120)[0], np.eye(120, dtype=int)[7]
    model = KerasMLPClassifier(**SMALL).fit(X, y)
    assert np.isfinite(list(model.l2_scores_.values())).all()


def of_row(y, outputs):
    return keras.ops.mean((y - outputs) ** 4, axis=-1)


CLASSES = {"two": np.arange(60) % 2, "three": np.arange(60) % 3}
LOSSES = {
    "two classes": (KerasMLPClassifier, None, CLASSES["two"]),
    "three classes": (KerasMLPClassifier, None, CLASSES["three"]),
    "labels": (KerasMLPClassifier, None, np.arange(180).reshape(60, 3) % 7 % 2),
    "hinge": (KerasMLPClassifier, "hinge", CLASSES["two"]),
    "columns": (KerasMLPClassifier, "categorical_hinge", CLASSES["three"]),
    "deviation": (KerasMLPRegressor, "mae", curve(60)[1]),
    "instance": (KerasMLPRegressor, keras.losses.Huber(2.0), curve(60)[1]),
    "function": (KerasMLPRegressor, of_row, np.column_stack([curve(60)[1]] * 2) / 50),
}


@pytest.mark.parametrize("kind", LOSSES)
def test_the_score_is_what_keras_evaluates_without_a_penalty(kind):
    estimator, loss, y = LOSSES[kind]
    X = signal(60)[0].astype("float32")
    model = estimator((4,), loss=loss, l2=0.0, epochs=1, random_state=0)
    model.initialize(X, y)
    _, encoded, _ = model._encode(X, y)
    found = mean_loss(model._fit_model, Rows(X, encoded))
    assert found == pytest.approx(model.evaluate(X, y)["loss"], rel=1e-5)


def test_callbacks_see_the_net_alone():
    class Counts(keras.callbacks.Callback):
        begun = epochs = 0

        def on_train_begin(self, logs=None):
            self.begun += 1

        def on_epoch_end(self, epoch, logs=None):
            self.epochs += 1

    seen = Counts()
    KerasMLPClassifier(**SMALL | {"epochs": 5}, callbacks=seen).fit(*signal(120))
    assert (seen.begun, seen.epochs) == (1, 5)


def test_early_stopping_watches_rows_that_chose_nothing():
    X, y = signal(120)
    early = {"early_stopping": True, "validation_fraction": 0.25, "patience": 3}
    chosen = KerasMLPClassifier(**SMALL, **early).fit(X, y)
    given = KerasMLPClassifier(**SMALL, **early, l2=chosen.l2_).fit(X, y)
    same_predictions(chosen, given, X)
    assert "val_loss" in chosen.history_


def test_partial_fit_begins_with_the_safe_penalty_and_keeps_a_chosen_one():
    X, y = signal(120)
    stream = KerasMLPClassifier(**SMALL).partial_fit(X, y)
    assert stream.l2_ == 1e-2
    chosen = KerasMLPClassifier(**SMALL).fit(X, y)
    before = chosen.l2_
    chosen.partial_fit(X, y)
    chosen.set_params(warm_start=True).fit(X, y)
    assert chosen.l2_ == before
    with pytest.raises(ValueError, match=r"l2=0\.5 has no effect"):
        chosen.set_params(l2=0.5).fit(X, y)


def test_the_choice_is_saved(classifier, tmp_path):
    X, _ = signal()
    classifier.save(tmp_path / "model.skkeras")
    loaded = skkeras.load(tmp_path / "model.skkeras")
    copy = pickle.load(io.BytesIO(pickle.dumps(classifier)))
    for other in (loaded, copy):
        assert other.l2_ == classifier.l2_
        assert other.l2_scores_ == classifier.l2_scores_
        same_predictions(classifier, other, X)


@pytest.mark.parametrize("l2", ["automatic", -1.0, None])
def test_what_is_neither_is_refused(l2):
    with pytest.raises(ValueError, match="'l2' parameter of KerasMLPClassifier"):
        KerasMLPClassifier(l2=l2).fit(*signal(40))


def test_the_lowest_is_finite_and_the_larger_of_equals():
    assert lowest({0.1: 2.0, 0.01: 1.0, 0.001: 1.0}) == 0.01
    assert lowest({0.1: np.nan, 0.01: np.inf, 0.001: 3.0}) == 0.001
    assert lowest({0.1: np.nan}) == 0.01


@pytest.mark.parametrize("n", [30, 31, 500])
def test_a_third_of_each_class_is_held_out(n):
    classes = np.random.default_rng(n).integers(4, size=n)
    kept, held = hold_out_third(n, 1, classes=classes)
    assert sorted([*kept, *held]) == list(range(n))
    counts = np.bincount(classes, minlength=4)
    assert np.abs(np.bincount(classes[held], minlength=4) - counts / 3).max() < 1
    kept, held = hold_out_third(n, 1, most_rows=12)
    assert (len({*kept, *held}), len(held)) == (12, 4)


def test_a_mean_loss_is_weighted_and_without_the_penalty():
    X, y = signal(60)
    model = KerasMLPClassifier((4,), l2=10.0, epochs=1, random_state=0).fit(X, y)
    weights = np.linspace(0.1, 2.0, len(y))
    found = mean_loss(model._fit_model, Rows(X.astype("float32"), y, weights))
    expected = log_loss(y, model.predict_proba(X), sample_weight=weights)
    assert found == pytest.approx(expected, rel=1e-5)


def test_noise_is_predicted_better_than_with_a_small_penalty():
    X, y = noise()
    others = noise(500, seed=1)
    losses = {
        l2: log_loss(
            others[1],
            KerasMLPClassifier(**SMALL, l2=l2).fit(X, y).predict_proba(others[0]),
        )
        for l2 in ("auto", 3e-4)
    }
    assert losses["auto"] < losses[3e-4]
