import numpy as np
import pandas as pd

from skkeras.report.preprocessing import MOST_CATEGORIES, make_preprocessor


def test_gaps_are_filled_marked_and_scaled():
    X = pd.DataFrame({"a": [1.0, np.nan, 3.0, 8.0], "b": [1.0, 2.0, 3.0, 4.0]})
    filled = make_preprocessor(scale=False).fit_transform(X)
    np.testing.assert_array_equal(filled, [[1, 1, 0], [3, 2, 1], [3, 3, 0], [8, 4, 0]])
    scaled = make_preprocessor(scale=True).fit_transform(X)
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(scaled.std(axis=0), 1)


def test_words_and_gaps_become_columns():
    X = pd.DataFrame({"colour": ["red", "green", None, "red"]})
    encoded = make_preprocessor(scale=True).fit_transform(X)
    np.testing.assert_array_equal(encoded, [[0, 1, 0], [1, 0, 0], [0, 0, 1], [0, 1, 0]])


def test_a_word_unknown_in_training_is_no_error():
    preprocessor = make_preprocessor(scale=True).fit(pd.DataFrame({"c": ["x", "y"]}))
    np.testing.assert_array_equal(
        preprocessor.transform(pd.DataFrame({"c": ["z", "x"]})), [[0, 0], [1, 0]]
    )


def test_many_words_share_a_column():
    X = pd.DataFrame({"id": [f"row {i}" for i in range(100)]})
    assert make_preprocessor(scale=True).fit_transform(X).shape == (
        100,
        MOST_CATEGORIES,
    )


def test_an_empty_column_is_no_error():
    X = pd.DataFrame({"a": [1.0, 2.0], "empty": [np.nan, np.nan]})
    assert np.isfinite(make_preprocessor(scale=True).fit_transform(X)).all()


def test_test_rows_do_not_change_what_was_learned():
    train = pd.DataFrame({"a": [0.0, 2.0, np.nan], "c": ["x", "y", "x"]})
    preprocessor = make_preprocessor(scale=True).fit(train)
    before = preprocessor.transform(train)
    preprocessor.transform(pd.DataFrame({"a": [1e6], "c": ["unseen"]}))
    np.testing.assert_array_equal(preprocessor.transform(train), before)
