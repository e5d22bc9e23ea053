"""Keras's callbacks, and scikit-learn's."""

from pathlib import Path

import keras
import numpy as np
import pytest
from other_versions import needs_callbacks
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skkeras import KerasClassifier, KerasMLPClassifier, KerasMLPRegressor

pytestmark = pytest.mark.in_turn


class Epochs(keras.callbacks.Callback):
    def __init__(self, name="epochs"):
        super().__init__()
        self.name, self.seen = name, []

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append((epoch, dict(logs)))


@pytest.mark.parametrize("wrap", [lambda c: c, lambda c: [c], lambda c: {"a": [c]}])
def test_instances_see_every_epoch(compiled, binary, wrap):
    seen = Epochs()
    classifier = KerasClassifier(compiled, callbacks=wrap(seen), epochs=3, verbose=0)
    classifier.fit(*binary, validation_data=binary)
    assert [epoch for epoch, _ in seen.seen] == [0, 1, 2]
    for name, values in classifier.history_.items():
        assert [logs[name] for _, logs in seen.seen] == pytest.approx(values)
    assert set(classifier.history_) == {"loss", "accuracy", "val_loss", "val_accuracy"}


def test_classes_take_routed_arguments(compiled, binary):
    classifier = KerasClassifier(
        compiled,
        callbacks=[keras.callbacks.EarlyStopping],
        callbacks__monitor="loss",
        callbacks__0__min_delta=1e6,
        callbacks__0__patience=2,
        epochs=50,
        verbose=0,
    )
    classifier.fit(*binary)
    assert classifier.current_epoch == 3


def test_callbacks_of_one_call(compiled, binary):
    seen = Epochs()
    classifier = KerasClassifier(compiled, epochs=2, verbose=0)
    classifier.fit(*binary, callbacks=[seen]).fit(*binary)
    assert len(seen.seen) == 2


def test_metric_names_do_not_count_fits(uncompiled, binary):
    stop = keras.callbacks.EarlyStopping(monitor="val_auc", mode="max")
    for metrics in (["AUC"], [keras.metrics.AUC()], [keras.metrics.AUC]):
        classifier = KerasClassifier(
            uncompiled,
            activation="sigmoid",
            loss="binary_crossentropy",
            metrics=metrics,
            callbacks=stop,
            validation_split=0.2,
            verbose=0,
        )
        for _ in range(2):
            classifier.fit(*binary)
            assert set(classifier.history_) == {"loss", "auc", "val_loss", "val_auc"}


def test_early_stopping_keeps_the_best_weights(binary):
    X, y = binary
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 2, len(y))
    classifier = KerasMLPClassifier(
        (64,),
        l2=0.01,
        learning_rate=0.05,
        early_stopping=True,
        patience=3,
        random_state=0,
    ).fit(X, noise)
    losses = classifier.history_["val_loss"]
    assert len(losses) == np.argmin(losses) + 1 + 3 < 100
    held = classifier._validation_rows(noise)[1]
    assert classifier.evaluate(X[held], noise[held])["loss"] == pytest.approx(
        min(losses), rel=1e-4
    )


def test_the_watched_rows_are_stratified(binary):
    X, y = binary
    classifier = KerasMLPClassifier(
        l2=0.01, epochs=1, early_stopping=True, validation_fraction=0.25, random_state=0
    ).fit(X, y)
    kept, held = classifier._validation_rows(y)
    assert sorted([*kept, *held]) == list(range(len(y)))
    assert len(held) == 30
    assert y[held].mean() == pytest.approx(y.mean(), abs=0.02)


@needs_callbacks
def test_scoring_monitor_sees_the_model_of_each_epoch(binary):
    from sklearn.callback import ScoringMonitor

    X, y = binary
    monitor = ScoringMonitor(scoring="accuracy")
    params = {
        "learning_rate": 0.05,
        "learning_rate_schedule": "constant",
        "random_state": 0,
    }
    classifier = KerasMLPClassifier((8,), l2=0.01, epochs=4, **params)
    classifier.set_callbacks(monitor).fit(X, y)
    log = monitor.get_logs().data_as_pandas
    scores = log[log.task_name == "epoch"]["accuracy"].to_numpy()
    by_hand = [
        accuracy_score(
            y,
            KerasMLPClassifier((8,), l2=0.01, epochs=n, **params).fit(X, y).predict(X),
        )
        for n in (1, 2, 3, 4)
    ]
    np.testing.assert_allclose(scores, by_hand)
    assert len(set(by_hand)) > 1


@needs_callbacks
def test_a_callback_of_scikit_learn_can_stop_the_fit(binary):
    class StopAfterTwo:
        def setup(self, estimator, context):
            self.ended = 0

        def teardown(self, estimator, context):
            pass

        def on_fit_task_begin(self, estimator, context):
            pass

        def on_fit_task_end(self, estimator, context):
            self.ended += 1
            return self.ended == 2

    classifier = KerasMLPClassifier((4,), l2=0.01, epochs=9)
    classifier.set_callbacks(StopAfterTwo()).fit(*binary)
    assert classifier.current_epoch == 2


@needs_callbacks
def test_progress_bar_counts_epochs(regression, capsys):
    from sklearn.callback import ProgressBar

    KerasMLPRegressor((4,), l2=0.01, epochs=3).set_callbacks(ProgressBar()).fit(
        *regression
    )
    assert "KerasMLPRegressor - fit" in capsys.readouterr().out


@needs_callbacks
def test_a_search_around_a_pipeline_shows_the_epochs(binary, capsys):
    from sklearn.callback import ProgressBar

    pipeline = make_pipeline(
        StandardScaler(), KerasMLPClassifier((4,), l2=0.01, epochs=2)
    )
    search = GridSearchCV(pipeline, {"kerasmlpclassifier__l2": [0.0, 0.1]}, cv=2)
    search.set_callbacks(ProgressBar(max_propagation_depth=None)).fit(*binary)
    printed = capsys.readouterr().out
    assert "GridSearchCV - fit" in printed
    assert "KerasMLPClassifier - fit" in printed


def test_every_fit_that_writes_says_where(compiled, binary, tmp_path):
    """A direct fit writes where its callbacks say, and only TensorBoard moves."""
    best, log, board = (tmp_path / name for name in ("best.keras", "log.csv", "runs"))
    classifier = KerasClassifier(
        compiled,
        callbacks=[
            keras.callbacks.ModelCheckpoint(best, monitor="loss"),
            keras.callbacks.CSVLogger(log),
            keras.callbacks.TensorBoard(board),
            keras.callbacks.History(),
        ],
        verbose=0,
    )
    for run in (1, 2):
        paths = classifier.fit(*binary).callback_paths_
        expected = [best, log, board / f"fit-{run}"]
        assert [Path(path) for path in paths] == expected
        assert all(path.exists() for path in expected)
    of_call = keras.callbacks.CSVLogger(tmp_path / "call.csv")
    classifier.set_params(callbacks=None).fit(*binary, callbacks=[of_call])
    assert classifier.callback_paths_ == [str(tmp_path / "call.csv")]
    assert not hasattr(classifier.fit(*binary), "callback_paths_")
