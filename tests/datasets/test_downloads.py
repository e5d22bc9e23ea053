"""Keras's data sets in scikit-learn's layout, from small files in their formats."""

import keras
import numpy as np
import pytest
from keras_files import WORDS, serve
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skkeras import KerasMLPRegressor, datasets
from skkeras.preprocessing import MultiHotEncoder


@pytest.fixture
def _files(monkeypatch, tmp_path):
    serve(monkeypatch, tmp_path)


@pytest.mark.usefixtures("_files")
def test_digits_have_flat_class_numbers():
    X, y = datasets.fetch_mnist(return_X_y=True)
    assert X.shape == (300, 28, 28)
    assert X.dtype == np.uint8
    np.testing.assert_array_equal(y[:12], [*range(10), 0, 1])
    both = datasets.fetch_mnist(subset="all")
    assert len(both.data) == len(both.target) == 360
    assert both.target_names == list("0123456789")
    np.testing.assert_array_equal(
        datasets.fetch_mnist(subset="test").target, both.target[300:]
    )


@pytest.mark.usefixtures("_files")
def test_reviews_take_keras_s_arguments_and_read_back():
    full = datasets.fetch_imdb()
    words = datasets.imdb_words()
    assert {words[number + 3] for number in WORDS.values()} == set(WORDS)
    first = [words.get(number, "?") for number in full.data[0][:2]]
    assert first == ["<start>", ["bad", "good"][full.target[0]]]
    few = datasets.fetch_imdb(num_words=100, skip_top=7)
    numbers = {n for review in few.data for n in review}
    assert max(numbers) < 100
    assert min(numbers - {2}) >= 7
    short = datasets.fetch_imdb(maxlen=20)
    assert max(map(len, short.data)) < 20
    assert len(short.data) == len(short.target) < len(full.data)
    assert MultiHotEncoder(100).fit_transform(few.data).shape == (400, 100)


@pytest.mark.usefixtures("_files")
def test_newswires_have_topics():
    wires = datasets.fetch_reuters(subset="all", num_words=1000)
    assert len(wires.data) == 500
    assert set(wires.target) <= set(range(46))
    assert len(wires.target_names) == 46
    assert datasets.reuters_words()[4] == "the"


@pytest.mark.usefixtures("_files")
def test_houses_as_keras_gives_them_train_a_regressor():
    (X, y), (X_test, y_test) = keras.datasets.boston_housing.load_data()
    assert (X.shape, X_test.shape) == ((404, 13), (102, 13))
    model = make_pipeline(
        StandardScaler(), KerasMLPRegressor((16,), l2=0.01, epochs=60, random_state=0)
    )
    linear = make_pipeline(StandardScaler(), LinearRegression())
    ours, its = (m.fit(X, y).score(X_test, y_test) for m in (model, linear))
    assert ours > its > 0.5


@pytest.mark.parametrize(
    ("loader", "shape"),
    [
        ("cifar10", (6, 32, 32, 3)),
        ("cifar100", (6, 32, 32, 3)),
        ("fashion_mnist", (6, 28, 28)),
    ],
)
def test_pictures_in_columns_of_labels_come_flat(monkeypatch, loader, shape):
    X, y = np.zeros(shape, "uint8"), np.arange(6, dtype="uint8").reshape(-1, 1)
    module = getattr(keras.datasets, loader)
    monkeypatch.setattr(module, "load_data", lambda **_: ((X, y), (X[:2], y[:2])))
    bunch = getattr(datasets, f"fetch_{loader}")(subset="all")
    assert bunch.data.shape == (8, *shape[1:])
    np.testing.assert_array_equal(bunch.target, [0, 1, 2, 3, 4, 5, 0, 1])


def test_without_a_network_the_file_is_named(monkeypatch):
    def fail(**_):
        raise Exception("URL fetch failure on https://example.org: None")

    monkeypatch.setattr(keras.datasets.mnist, "load_data", fail)
    with pytest.raises(OSError, match=r"mnist could not be downloaded.*copy mnist.npz"):
        datasets.fetch_mnist(stand_in=False)


@pytest.mark.usefixtures("_files")
def test_wrong_arguments_are_named():
    with pytest.raises(ValueError, match="subset must be one of"):
        datasets.fetch_mnist(subset="training")
    with pytest.raises(ValueError, match="Increase maxlen"):
        datasets.fetch_imdb(maxlen=2)
