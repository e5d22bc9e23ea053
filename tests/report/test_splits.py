import numpy as np
from sklearn.model_selection import ShuffleSplit

from skkeras.report.splits import make_splits, shuffled_folds

X, y = np.zeros((40, 1)), np.repeat([0, 1], [30, 10])


def test_each_repeat_tests_every_row_once():
    cv = shuffled_folds(classification=True, folds=5, repeats=3, random_state=0)
    splits = make_splits(cv, X, y, classification=True)
    assert [(s.repeat, s.fold) for s in splits] == [
        (repeat, fold) for repeat in range(3) for fold in range(5)
    ]
    for repeat in range(3):
        tested = np.concatenate([s.test for s in splits if s.repeat == repeat])
        assert sorted(tested) == list(range(40))
    for split in splits:
        assert set(split.train).isdisjoint(split.test)


def test_classes_keep_their_shares():
    for split in make_splits(5, X, y, classification=True, random_state=0):
        assert np.bincount(y[split.test]).tolist() == [6, 2]


def test_seed_decides_the_splits():
    def tests(seed):
        splits = make_splits(4, X, y, classification=False, random_state=seed)
        return [s.test.tolist() for s in splits]

    assert tests(1) == tests(1)
    assert tests(1) != tests(2)


def test_default_is_ten_folds():
    assert len(make_splits(None, X, y, classification=True)) == 10


def test_any_splitter_and_any_pairs():
    splits = make_splits(ShuffleSplit(3, random_state=0), X, y, classification=True)
    assert [(s.repeat, s.fold) for s in splits] == [(0, 0), (0, 1), (0, 2)]
    pairs = [(s.train, s.test) for s in splits]
    again = make_splits(pairs, X, y, classification=True)
    np.testing.assert_array_equal(again[2].test, splits[2].test)
