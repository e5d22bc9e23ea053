"""Which thread trains."""

import threading

import pytest

from skkeras.fusion.own_thread import is_training_here, training_here


def in_another_thread():
    seen = []
    thread = threading.Thread(target=lambda: seen.append(is_training_here()))
    thread.start()
    thread.join()
    return seen[0]


def test_a_thread_trains_inside_the_block_alone():
    assert not is_training_here()
    with training_here():
        assert is_training_here()
        assert not in_another_thread()
        with training_here():
            assert is_training_here()
        assert is_training_here()
    assert not is_training_here()


def test_it_trains_no_more_where_training_fails():
    with pytest.raises(ZeroDivisionError), training_here():
        raise ZeroDivisionError
    assert not is_training_here()
