"""Lines of old tutorials give what docs/old_lines.md says, and the new ones run."""

import logging
import re
import warnings
from functools import cache

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import sklearn
from old_lines import KINDS, QUIET, old_lines
from packaging.version import Version
from sklearn.metrics import precision_score, r2_score

from skkeras import KerasClassifier
from skkeras.estimators.legacy import hints_for

pytestmark = [pytest.mark.tensorflow, pytest.mark.in_turn]
LINES = list(old_lines())
OF_THE_PAGE = {"keras": "3.15", "sklearn": "1.9", "numpy": "2.4", "pandas": "3.0"}
IS_OLDER = any(
    Version(module.__version__) < Version(OF_THE_PAGE[module.__name__])
    for module in (keras, sklearn, np, pd)
)


@cache
def compiled(source):
    return compile(source, "docs/old_lines.md", "exec")


def namespace_of(old):
    """Return what the blocks of code above a table have left, anew for each line."""
    namespace = {"__name__": "page"}
    exec(compiled(old.setup), namespace)
    return namespace


def run(source, namespace):
    """Run a line, and return the error it raised, and what it warned of or logged."""
    said = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: said.append(record.getMessage())
    logging.getLogger("absl").addHandler(handler)
    error = None
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            # Of Keras's own making, when it saves a model.
            warnings.filterwarnings("ignore", message="__array__ implementation")
            # Of TensorFlow's, on Python 3.13.
            warnings.filterwarnings("ignore", message=".*'___pyct_anno'")
            try:
                exec(compiled(source), namespace)
            except Exception as raised:
                error = raised
    finally:
        logging.getLogger("absl").removeHandler(handler)
        plt.close("all")
    return error, [f"{w.category.__name__}: {w.message}" for w in caught] + said


def notes_in_a_factory(old, namespace):
    """Return the notes on the error of a line that stands in a model function."""

    def factory():
        exec(compiled(old.line), namespace)
        return namespace["create_model"]()

    source = "KerasClassifier(factory, verbose=0).fit(X, Y)"
    around = namespace | {"KerasClassifier": KerasClassifier, "factory": factory}
    error, _ = run(source, around)
    return error.__notes__


def assert_matches(said, message):
    """Compare from the start; a dot of three stands for anything."""
    pattern = ".*?".join(map(re.escape, message.split("…")))
    end = "" if message.endswith("…") else r"\s*\Z"
    said = re.sub(r"\s+", " ", said)
    assert re.match(pattern + end, said, re.S), f"{said}\n is not\n{message}"


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.skipif(IS_OLDER, reason=f"the page says what {OF_THE_PAGE} give")
@pytest.mark.parametrize("old", LINES, ids=str)
def test_what_a_line_gives_today(old):
    namespace = namespace_of(old)
    error, said = run(old.line, namespace)
    if old.kind != "error":
        if error:
            raise error
        if old.kind == "warning":
            assert_matches(said[0], old.message)
        else:
            assert said == []
        if old.kind in QUIET:
            CHECKS[old.line](namespace, old.line)
        return
    assert error, "it raises nothing"
    assert_matches(f"{type(error).__name__}: {error}", old.message)
    if old.note:
        notes = getattr(error, "__notes__", None) or notes_in_a_factory(old, namespace)
        assert old.note in notes
    elif "modern" not in str(error):
        assert hints_for(error) == [], "the page does not show this note"


@pytest.mark.parametrize(
    "old",
    {(old.section, old.modern): old for old in LINES if old.modern}.values(),
    ids=lambda old: old.modern,
)
def test_what_to_write_runs(old):
    error, said = run(old.modern, namespace_of(old))
    if error:
        raise error
    assert said == []


def test_all_topics_have_lines():
    assert len(LINES) >= 60
    assert {old.kind for old in LINES} == set(KINDS)
    assert {old.line for old in LINES if old.kind in QUIET} == CHECKS.keys()
    assert len({(old.section, old.line) for old in LINES}) == len(LINES)


def test_a_message_that_changed_is_found():
    assert_matches("ValueError: no 'a' (/path/x.py)", "ValueError: no 'a' …")
    for other in ("ValueError: no 'b'", "ValueError: no", "Error", "ValueError: no …x"):
        with pytest.raises(AssertionError):
            assert_matches("ValueError: no 'a'", other)


# What lines do that say nothing and do not do what they did.


def leaves_fits_random(namespace, line):
    X, Y = namespace["X"], namespace["Y"]

    def weights():
        exec(compiled(line), namespace)
        return namespace["model"].fit(X, Y).model_.layers[0].get_weights()[0]

    assert not np.allclose(weights(), weights())
    namespace["model"].set_params(random_state=7)
    np.testing.assert_array_equal(weights(), weights())


def names_no_metric(namespace, line):
    net = namespace["net"]
    net.fit(namespace["X"], namespace["Y"], verbose=0)
    assert eval(line, namespace) == "compile_metrics"


def predicts_one_hot_rows(namespace, line):
    estimator, iris = namespace["estimator"], namespace["iris"]
    assert estimator.fit(iris, namespace["dummy_y"]).predict(iris).shape == (150, 3)
    assert estimator.fit(iris, namespace["species"]).predict(iris).shape == (150,)


def scores_by_r2(namespace, line):
    pipeline, X, y = (namespace[name] for name in ("pipeline", "houses", "prices"))
    pipeline.fit(X, y)
    assert pipeline.score(X, y) == pytest.approx(r2_score(y, pipeline.predict(X)))


def has_strides_of_three(namespace, line):
    layer = eval(line, namespace)
    assert (layer.kernel_size, layer.strides) == ((3, 3), (3, 3))


def keeps_its_min_delta(namespace, line):
    callback, default = eval(line, namespace), keras.callbacks.ReduceLROnPlateau()
    assert callback.min_delta == default.min_delta


def sees_no_acc(namespace, line):
    seen = []
    look = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: seen.append((logs.get("acc"), *logs))
    )
    namespace["watch"](look)
    assert all(acc is None and "accuracy" in names for acc, *names in seen)
    assert len(seen) == 2


def keeps_its_rate(namespace, line):
    def rate(source):
        return float(eval(source, namespace).model_.optimizer.learning_rate)

    assert rate("watch()") == pytest.approx(0.001)
    assert rate(line) == pytest.approx(0.001)
    assert rate("watch(HalvesTheRateToday())") == pytest.approx(0.00025)


def keeps_its_layers(namespace, line):
    n_layers = len(namespace["net"].layers)
    exec(compiled(line), namespace)
    assert len(namespace["net"].layers) == n_layers
    namespace["net"].pop()
    assert len(namespace["net"].layers) == n_layers - 1


def has_another_rate(namespace, line):
    assert float(eval(line, namespace).model_.optimizer.learning_rate) == (
        pytest.approx(0.001)
    )
    for name in ("Adagrad", "Nadam", "Adamax"):
        rate = getattr(keras.optimizers, name)().learning_rate
        assert float(rate) == pytest.approx(0.001)


def counts_over_all_rows(namespace, line):
    classifier = eval(line, namespace)
    X, Y = namespace["X"], namespace["Y"]
    expected = precision_score(Y, classifier.predict(X), zero_division=0)
    assert classifier.evaluate(X, Y)["precision"] == pytest.approx(expected)


CHECKS = {
    "numpy.random.seed(7)": leaves_fits_random,
    "tf.random.set_seed(7)": leaves_fits_random,
    "net.metrics_names[1]": names_no_metric,
    "estimator.fit(iris, dummy_y).classes_": predicts_one_hot_rows,
    "cross_val_score(pipeline, houses, prices, cv=KFold(3))": scores_by_r2,
    "Convolution2D(32, 3, 3)": has_strides_of_three,
    'ReduceLROnPlateau(monitor="val_loss", epsilon=0.01)': keeps_its_min_delta,
    'LambdaCallback(on_epoch_end=lambda epoch, logs: logs.get("acc"))': sees_no_acc,
    "watch(HalvesTheRate())": keeps_its_rate,
    "net.layers.pop()": keeps_its_layers,
    'trained_by("adadelta")': has_another_rate,
    'trained_on(metrics=["precision", "recall"])': counts_over_all_rows,
}
