"""Keras's own callbacks, given to the estimator, in one fit and in many."""

import csv
import re

import keras
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import StratifiedKFold, cross_val_score, cross_validate

from skkeras import KerasClassifier
from skkeras.estimators.callback_files import own_files

pytestmark = pytest.mark.in_turn

CB = keras.callbacks


def create_model(meta):
    model = keras.Sequential(
        [
            keras.Input((meta["n_features_in_"],)),
            keras.layers.Dense(6, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.Adam(0.02),
        loss="binary_crossentropy",
        metrics=["accuracy"],
    )
    return model


def with_callbacks(*callbacks, epochs=4, **params):
    return KerasClassifier(
        create_model,
        callbacks=list(callbacks),
        epochs=epochs,
        validation_split=0.25,
        verbose=0,
        random_state=0,
        **params,
    )


def test_early_stopping_waits_for_its_patience(binary):
    X, _ = binary
    noise = np.random.default_rng(0).integers(0, 2, len(X))
    stop = CB.EarlyStopping(monitor="val_loss", patience=2)
    losses = with_callbacks(stop, epochs=60).fit(X, noise).history_["val_loss"]
    assert len(losses) == np.argmin(losses) + 1 + 2 < 60


@pytest.mark.parametrize("engine", ["auto", "keras"])
def test_callbacks_know_that_more_accuracy_is_better(binary, engine):
    stop = CB.EarlyStopping(monitor="val_accuracy", patience=1)
    classifier = with_callbacks(stop, epochs=40, engine=engine).fit(*binary)
    accuracies = classifier.history_["val_accuracy"]
    assert np.diff(accuracies)[-1] <= 0
    assert (np.diff(accuracies)[:-1] > 0).all()


def test_checkpoints_are_named_by_epoch_and_loss(binary, tmp_path):
    X, y = binary
    pattern = tmp_path / "{epoch:03d}-{val_loss:.3f}.keras"
    save = CB.ModelCheckpoint(str(pattern), save_best_only=True)
    classifier = with_callbacks(save).fit(X, y)
    losses = classifier.history_["val_loss"]
    best_so_far = [i for i, v in enumerate(losses) if v == min(losses[: i + 1])]
    expected = {f"{i + 1:03d}-{losses[i]:.3f}.keras" for i in best_so_far}
    assert {path.name for path in tmp_path.iterdir()} == expected
    best = keras.saving.load_model(tmp_path / sorted(expected)[-1])
    held_out = X[90:].astype("float32"), y[90:]
    loss, _ = best.evaluate(*held_out, verbose=0)
    assert loss == pytest.approx(min(losses), rel=1e-3)


def test_folds_do_not_overwrite_each_other_s_files(binary, tmp_path):
    save = CB.ModelCheckpoint(str(tmp_path / "best.keras"))
    log = CB.CSVLogger(str(tmp_path / "log.csv"))
    classifier = with_callbacks(save, log, epochs=2)
    result = cross_validate(classifier, *binary, cv=3, return_estimator=True)
    names = sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*.*"))
    assert [n for n in names if n.endswith(".keras")] == [
        f"fit-{i}/best.keras" for i in (1, 3, 5)
    ]
    assert len(names) == 6
    for fold in result["estimator"]:
        best, log_file = fold.callback_paths_
        model = keras.saving.load_model(best)
        for saved, fitted in zip(
            model.get_weights(), fold.model_.get_weights(), strict=True
        ):
            np.testing.assert_array_equal(saved, fitted)
        with open(log_file, newline="") as file:
            logged = [float(row["loss"]) for row in csv.DictReader(file)]
        assert logged == pytest.approx(fold.history_["loss"])


def test_an_estimator_that_is_no_clone_writes_where_it_is_told(binary, tmp_path):
    log = CB.CSVLogger(str(tmp_path / "log.csv"))
    classifier = with_callbacks(log, epochs=1)
    classifier.fit(*binary).fit(*binary)
    assert [path.name for path in tmp_path.iterdir()] == ["log.csv"]
    assert classifier.callback_paths_ == [str(tmp_path / "log.csv")]
    clone(classifier).fit(*binary)
    assert log.filename == str(tmp_path / "log.csv")


def test_tensorboard_has_a_run_for_each_fit(binary, tmp_path):
    pytest.importorskip("tensorboard")
    board = with_callbacks(CB.TensorBoard(str(tmp_path)), epochs=1)
    board.fit(*binary).fit(*binary)
    cross_val_score(board, *binary, cv=2)
    runs = sorted(path.name for path in tmp_path.iterdir())
    assert runs == ["fit-1", "fit-2", "fit-3", "fit-4"]
    assert all(list((tmp_path / run).rglob("events.*")) for run in runs)


def test_runs_of_tensorboard_are_numbered(tmp_path):
    board = CB.TensorBoard(str(tmp_path / "runs"))
    estimator = with_callbacks(board)
    for run in ("fit-1", "fit-2"):
        with own_files(estimator, [board]):
            assert board.log_dir == str(tmp_path / "runs" / run)
    assert board.log_dir == str(tmp_path / "runs")


def test_schedules_and_lambdas_see_their_own_fit(binary):
    rates = []
    schedule = CB.LearningRateScheduler(
        lambda epoch, rate: rate * 0.5 if epoch else rate
    )
    watch = CB.LambdaCallback(
        on_epoch_end=lambda epoch, logs: rates.append(logs["learning_rate"])
    )
    classifier = with_callbacks(schedule, watch).fit(*binary)
    np.testing.assert_allclose(rates, 0.02 * 0.5 ** np.arange(4), rtol=1e-6)
    np.testing.assert_allclose(classifier.history_["learning_rate"], rates)


def test_the_rate_falls_on_a_plateau(binary):
    X, _ = binary
    noise = np.random.default_rng(0).integers(0, 2, len(X))
    reduce = CB.ReduceLROnPlateau(monitor="val_loss", factor=0.1, patience=1)
    history = with_callbacks(reduce, epochs=20).fit(X, noise).history_
    rates = history["learning_rate"]
    assert rates[0] == pytest.approx(0.02)
    assert rates[-1] < 0.011
    falls = np.flatnonzero(np.diff(rates) < 0)
    assert len(falls) >= 1
    # It fell after an epoch that was no better than the best before it.
    first = falls[0]
    assert history["val_loss"][first] >= min(history["val_loss"][:first])


def test_folds_stop_on_their_own(binary):
    stop = CB.EarlyStopping(monitor="val_loss", patience=1)
    folds = cross_validate(
        with_callbacks(stop, epochs=60),
        *binary,
        cv=StratifiedKFold(3, shuffle=True, random_state=7),
        return_estimator=True,
    )["estimator"]
    for fold in folds:
        losses = fold.history_["val_loss"]
        no_better = np.diff(losses) >= 0
        assert len(losses) == 60 or no_better[-1]


def test_a_progress_line_an_epoch_is_printed_when_asked_for(binary, capsys):
    with_callbacks(epochs=2).set_params(verbose=2).fit(*binary)
    printed = capsys.readouterr().out
    assert re.findall(r"Epoch \d/2", printed) == ["Epoch 1/2", "Epoch 2/2"]
    assert "val_loss" in printed
