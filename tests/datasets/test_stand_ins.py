"""What stands in for data that cannot be downloaded: of its form, and learnable."""

import random
from functools import cache
from zipfile import BadZipFile

import keras
import numpy as np
import pytest
from keras import tree
from keras_files import serve
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from skkeras import datasets
from skkeras.datasets import StandInWarning, source
from skkeras.datasets.stand_ins import pictures
from skkeras.preprocessing import MultiHotEncoder

PICTURES = ["mnist", "fashion_mnist", "cifar10", "cifar100"]
TEXTS = ["imdb", "reuters"]
_drawn = pictures._drawn


@pytest.fixture(autouse=True)
def fresh_sources(monkeypatch):
    monkeypatch.setattr(source, "_stands_in", {})


@pytest.fixture(autouse=True)
def drawn_once(monkeypatch):
    """Draw the pictures of each size once for all tests: that takes half a second."""
    monkeypatch.setattr(pictures, "_drawn", _drawn_once)


@cache
def _pictures(width, seed, shift):
    return _drawn(width, seed, shift)


def _drawn_once(width, seed, shift):
    return tree.map_structure(np.copy, _pictures(width, seed, shift))


@pytest.fixture
def offline(monkeypatch):
    def fail(**_):
        raise Exception("URL fetch failure on https://example.org: None")

    for name in (*PICTURES, *TEXTS):
        monkeypatch.setattr(getattr(keras.datasets, name), "load_data", fail)
    for name in TEXTS:
        monkeypatch.setattr(getattr(keras.datasets, name), "get_word_index", fail)


def fetch(name, **options):
    return getattr(datasets, f"fetch_{name}")(**options)


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("name", [*PICTURES, *TEXTS])
def test_one_warning_says_so_where_nothing_can_be_downloaded(name):
    with pytest.warns(StandInWarning, match=f"{name} could not be downloaded") as told:
        found = fetch(name)
    assert len(told) == 1
    line = fetch.__code__.co_firstlineno + 1
    assert (told[0].filename, told[0].lineno) == (__file__, line)
    assert "in place of" in found.DESCR
    again = fetch(name, stand_in=True)  # and no warning
    np.testing.assert_array_equal(again.target, found.target)
    with pytest.raises(OSError, match=f"{name} could not be downloaded"):
        fetch(name, stand_in=False)


@pytest.mark.parametrize("error", [KeyError("x_train"), BadZipFile(), MemoryError()])
@pytest.mark.parametrize("name", ["mnist", "imdb"])
def test_what_is_wrong_with_a_file_is_no_missing_network(monkeypatch, name, error):
    def fail(**_):
        raise error

    monkeypatch.setattr(getattr(keras.datasets, name), "load_data", fail)
    with pytest.raises(type(error)):
        fetch(name)


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("words", [datasets.imdb_words, datasets.reuters_words])
def test_words_stand_in_with_a_warning_too(words):
    with pytest.warns(StandInWarning, match="could not be downloaded") as told:
        found = words()
    assert told[0].filename == __file__
    assert found == words(stand_in=True)


@pytest.mark.parametrize(
    ("name", "shape", "classes"),
    [
        ("mnist", (28, 28), 10),
        ("fashion_mnist", (28, 28), 10),
        ("cifar10", (32, 32, 3), 10),
        ("cifar100", (32, 32, 3), 100),
    ],
)
def test_pictures_have_their_form(name, shape, classes):
    train, test, both = (
        fetch(name, subset=subset, stand_in=True) for subset in ("train", "test", "all")
    )
    for each in (train, test):
        assert each.data.shape == (len(each.target), *shape)
        assert each.data.dtype == np.uint8
        assert each.data.max() > 200 > 50 > each.data.min()
        assert set(each.target) == set(range(classes))
    assert len(train.target_names) == classes
    np.testing.assert_array_equal(both.data, np.concatenate([train.data, test.data]))
    images = set(map(bytes, train.data))
    assert not images & set(map(bytes, test.data))


def test_groups_of_a_hundred_classes_are_of_five():
    fine = fetch("cifar100", stand_in=True)
    coarse = fetch("cifar100", label_mode="coarse", stand_in=True)
    np.testing.assert_array_equal(coarse.target, fine.target // 5)
    assert len(coarse.target_names) == 20


@pytest.mark.parametrize(("name", "classes"), [("imdb", 2), ("reuters", 46)])
@pytest.mark.parametrize("limits", [{}, {"num_words": 200}, {"skip_top": 20}])
def test_texts_are_limited_as_keras_does(name, classes, limits):
    full, few = fetch(name, stand_in=True), fetch(name, stand_in=True, **limits)
    words = getattr(datasets, f"{name}_words")()
    assert set(full.target) == set(range(classes))
    most, least = limits.get("num_words", np.inf), limits.get("skip_top", 0)
    for whole, part in zip(full.data, few.data, strict=True):
        assert whole[0] == 1
        assert set(whole) <= words.keys()
        assert part == [n if least <= n < most else 2 for n in whole]
    short = fetch(name, maxlen=40, stand_in=True)
    kept = [n for n, text in enumerate(full.data) if len(text) < 40]
    assert 0 < len(kept) < len(full.data)
    assert short.data.tolist() == [full.data[n] for n in kept]
    np.testing.assert_array_equal(short.target, full.target[kept])
    with pytest.raises(ValueError, match="no text is shorter than maxlen=3"):
        fetch(name, maxlen=3, stand_in=True)


@pytest.mark.parametrize("name", TEXTS)
def test_frequent_words_have_low_numbers(name):
    both = fetch(name, subset="all", stand_in=True)
    counts = np.bincount(np.concatenate(both.data.tolist()))[4:]
    assert (np.diff(counts) <= 0).all()
    assert counts.min() > 0


def test_words_are_those_of_the_texts_given_last(monkeypatch, tmp_path):
    with monkeypatch.context() as served:
        serve(served, tmp_path)
        datasets.fetch_imdb()
        real = datasets.imdb_words()
        datasets.fetch_imdb(stand_in=True)
        made = datasets.imdb_words()
        assert made == datasets.imdb_words(stand_in=True) != real
        datasets.fetch_imdb()
        assert datasets.imdb_words() == real


def test_the_words_of_one_are_not_given_to_the_other(monkeypatch, tmp_path):
    def fail(**_):
        raise Exception("URL fetch failure on https://example.org: None")

    serve(monkeypatch, tmp_path)
    datasets.fetch_reuters()
    monkeypatch.setattr(keras.datasets.reuters, "get_word_index", fail)
    with pytest.raises(OSError, match="reuters could not be downloaded"):
        datasets.reuters_words()


@pytest.mark.parametrize(
    ("name", "least", "most"), [("imdb", 0.7, 0.9), ("reuters", 0.8, 0.97)]
)
def test_texts_can_be_learnt_and_learnt_by_heart(name, least, most):
    X, y = fetch(name, return_X_y=True, stand_in=True)
    X_test, y_test = fetch(name, subset="test", return_X_y=True, stand_in=True)
    encoder = MultiHotEncoder(3000).fit(X)
    model = LogisticRegression(max_iter=500).fit(encoder.transform(X), y)
    found = model.score(encoder.transform(X_test), y_test)
    assert least < found < most < model.score(encoder.transform(X), y)


@pytest.mark.parametrize(("name", "least"), [("mnist", 0.9), ("fashion_mnist", 0.6)])
def test_pictures_can_be_learnt(name, least):
    X, y = fetch(name, return_X_y=True, stand_in=True)
    X_test, y_test = fetch(name, subset="test", return_X_y=True, stand_in=True)
    model = RandomForestClassifier(100, random_state=0, max_features=100)
    model.fit(X.reshape(len(X), -1), y)
    assert least < model.score(X_test.reshape(len(X_test), -1), y_test) < 0.99


def test_no_global_generator_moves():
    before = random.getstate(), repr(np.random.get_state())  # noqa: NPY002
    for name in (*PICTURES, *TEXTS):
        fetch(name, stand_in=True)
    assert (random.getstate(), repr(np.random.get_state())) == before  # noqa: NPY002
