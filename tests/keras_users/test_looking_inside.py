"""The model, its summary, its curves and its picture."""

import importlib.util
import shutil

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from skkeras import KerasMLPClassifier


@pytest.fixture(scope="module")
def fitted(binary):
    classifier = KerasMLPClassifier(
        (5,), l2=0.01, epochs=6, early_stopping=True, patience=100, random_state=0
    )
    return classifier.fit(*binary)


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def test_the_model_is_an_ordinary_keras_model(fitted):
    kernel, bias = fitted.model_.layers[0].get_weights()
    assert kernel.shape == (4, 5)
    assert bias.shape == (5,)
    copy = keras.Sequential.from_config(fitted.model_.get_config())
    assert copy.count_params() == fitted.model_.count_params() == 4 * 5 + 5 + 5 + 1


def test_summary_prints_layers_and_counts(fitted):
    lines = []
    fitted.summary(print_fn=lambda text, **_: lines.append(text))
    printed = "\n".join(lines)
    assert "hidden_1" in printed
    assert "31" in printed


def test_the_curves_are_the_history(fitted):
    loss, accuracy = fitted.plot_history()
    assert loss.get_xlabel() == "epoch"
    training, validation, best = loss.lines
    np.testing.assert_allclose(training.get_ydata(), fitted.history_["loss"])
    np.testing.assert_allclose(validation.get_ydata(), fitted.history_["val_loss"])
    np.testing.assert_array_equal(training.get_xdata(), np.arange(1, 7))
    epoch = int(np.argmin(fitted.history_["val_loss"])) + 1
    assert best.get_xdata() == [epoch]
    labels = [text.get_text() for text in loss.get_legend().get_texts()]
    assert labels == ["training", "validation", f"best epoch: {epoch}"]
    assert len(accuracy.lines) == 2


def test_one_curve_on_the_axes_given(fitted):
    _, ax = plt.subplots()
    assert fitted.plot_history("loss", ax=ax)[0] is ax
    with pytest.raises(
        ValueError, match=r"'auc' is not in the history: it has \[.*'loss'"
    ):
        fitted.plot_history("auc")
    with pytest.raises(ValueError, match="1 Axes, but 2"):
        fitted.plot_history(ax=ax)


def test_nothing_to_plot_is_said(binary):
    with pytest.raises(NotFittedError):
        KerasMLPClassifier().plot_history()
    with pytest.raises(NotFittedError):
        KerasMLPClassifier().summary()
    with pytest.raises(ValueError, match="no history"):
        KerasMLPClassifier().initialize(*binary).plot_history()


@pytest.mark.skipif(
    importlib.util.find_spec("pydot") is None or shutil.which("dot") is None,
    reason="plot_model needs pydot and Graphviz",
)
def test_plot_model_draws_it(fitted, tmp_path):
    keras.utils.plot_model(fitted.model_, tmp_path / "model.png", show_shapes=True)
    assert (tmp_path / "model.png").read_bytes().startswith(b"\x89PNG")
