"""Sequences of numbers to a sparse matrix of ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.utils.estimator_checks import (
    check_do_not_raise_errors_in_init_or_set_params,
    check_estimator_cloneable,
    check_estimator_repr,
    check_estimator_tags_renamed,
    check_get_params_invariance,
    check_no_attributes_set_in_init,
    check_parameters_default_constructible,
    check_set_params,
    check_valid_tag_types,
)

from skkeras.preprocessing import MultiHotEncoder

SEQUENCES = [[1, 14, 22, 22], [], [3, 1]]


@pytest.mark.parametrize(
    "check",
    [
        check_do_not_raise_errors_in_init_or_set_params,
        check_estimator_cloneable,
        check_estimator_repr,
        check_estimator_tags_renamed,
        check_get_params_invariance,
        check_no_attributes_set_in_init,
        check_parameters_default_constructible,
        check_set_params,
        check_valid_tag_types,
    ],
)
def test_checks_that_need_no_table(check):
    check("MultiHotEncoder", MultiHotEncoder())


def test_the_tag_says_that_x_is_no_table():
    assert not MultiHotEncoder().__sklearn_tags__().input_tags.two_d_array
    assert not MultiHotEncoder().__sklearn_tags__().target_tags.required


@given(
    st.lists(st.lists(st.integers(0, 30)), min_size=1),
    st.integers(1, 40),
    st.booleans(),
)
def test_entries_are_occurrences(sequences, num_words, binary):
    encoder = MultiHotEncoder(num_words, binary=binary)
    matrix = encoder.fit_transform(sequences)
    by_hand = np.zeros((len(sequences), num_words))
    for row, sequence in enumerate(sequences):
        for number in sequence:
            if number < num_words:
                by_hand[row, number] += 1
    expected = np.minimum(by_hand, 1) if binary else by_hand
    assert matrix.format == "csr"
    np.testing.assert_array_equal(matrix.toarray(), expected)


def test_it_agrees_with_scikit_learn_on_words():
    texts = ["good good film", "bad film", ""]
    vectorizer = CountVectorizer(binary=True)
    expected = vectorizer.fit_transform(texts)
    number = vectorizer.vocabulary_
    sequences = [[number[word] for word in text.split()] for text in texts]
    encoded = MultiHotEncoder(len(number)).fit_transform(sequences)
    np.testing.assert_array_equal(encoded.toarray(), expected.toarray())


@pytest.mark.parametrize(
    "container", [list, tuple, lambda s: np.array(s, dtype=object)]
)
def test_any_sequence_of_sequences(container):
    encoder = MultiHotEncoder().fit(container(SEQUENCES))
    assert encoder.num_words_ == 23
    assert encoder.transform([[99, 2]]).nnz == 1


def test_names_type_and_clone():
    encoder = clone(MultiHotEncoder(3, dtype=np.uint8)).fit(SEQUENCES)
    assert encoder.transform(SEQUENCES).dtype == np.uint8
    assert list(encoder.get_feature_names_out()) == [
        "multihotencoder0",
        "multihotencoder1",
        "multihotencoder2",
    ]


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ([["a", "b"]], r"X\[0\] must hold integers, got 'a'.*CountVectorizer"),
        ([[1], [0.5]], r"X\[1\] must hold integers, got 0.5"),
        ([[1], [-2]], r"X\[1\] holds -2"),
        ([1, 2], r"X\[0\] must be a sequence of int, got 1"),
        ("text", "must be a sequence of sequences"),
        ([], "X is empty"),
        ([[], []], "give num_words"),
    ],
)
def test_what_is_no_sequence_of_numbers_is_refused(X, message):
    with pytest.raises(ValueError, match=message):
        MultiHotEncoder().fit(X)


def test_num_words_must_be_positive():
    with pytest.raises(ValueError, match="num_words"):
        MultiHotEncoder(0).fit(SEQUENCES)
