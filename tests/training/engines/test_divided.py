"""Populations that are divided over devices: the rule, and results on virtual ones."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skkeras.training.planning import memory
from skkeras.training.program.devices import LEAST_MEMBERS, Devices

FOUR = Devices(("a", "b", "c", "d"), with_own_memory=True)
CASES = Path(__file__).with_name("divided_cases.py")
# Compiled code need not be quick here.
XLA_FLAGS = "--xla_backend_optimization_level=0"
VIRTUAL = {"jax": "--xla_force_host_platform_device_count=4", "tensorflow": ""}
some_devices = st.integers(0, 9).map(lambda n: Devices(tuple(range(n))))


@pytest.mark.slow
@pytest.mark.in_turn
@pytest.mark.parametrize("backend", VIRTUAL)
def test_virtual_devices_give_the_results_of_one(backend):
    if find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    environment = {
        "KERAS_BACKEND": backend,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "XLA_FLAGS": f"{XLA_FLAGS} {VIRTUAL[backend]}",
    }
    options = ["-m", "pytest", "--numprocesses=0", "-p", "no:cacheprovider"]
    process = subprocess.run(
        [sys.executable, *options, CASES],
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stdout


def test_one_device_is_never_divided():
    assert Devices().of(10_000) == ()
    assert [Devices().divisible(n) for n in range(1, 200)] == list(range(1, 200))


@pytest.mark.parametrize(
    ("members", "count"), [(1, 1), (63, 1), (64, 2), (95, 2), (96, 3), (5000, 4)]
)
def test_each_device_has_members_enough(members, count):
    assert FOUR.count(members) == count
    assert FOUR.of(members) == (FOUR.each[:count] if count > 1 else ())


@given(some_devices, st.integers(1, 2000))
def test_places_are_equally_many_on_all_devices_and_few_are_left(devices, members):
    places = devices.divisible(members)
    assert members <= places < members + max(1, len(devices.each))
    assert places % devices.count(places) == 0
    assert places // devices.count(places) >= min(members, LEAST_MEMBERS)


@given(some_devices, st.integers(1, 2000), st.booleans())
def test_no_device_has_more_than_its_memory_holds(devices, one, own):
    """Rows are on all devices, or divided as the rest is: as many more, or fewer."""
    devices = devices._replace(with_own_memory=own)
    for gain in (1.0, 0.5):

        def room(count, gain=gain):
            return int(one * (1 + gain * (count - 1)))

        most = devices.most(room)
        assert most <= room(devices.count(most) if own else 1)
        assert most >= one


def test_devices_with_a_memory_hold_more_members_together():
    assert FOUR.most(lambda count: 100 * count) == 400
    assert FOUR.most(lambda count: 10 * count) == 10
    assert FOUR.most(lambda count: 30 * count) == 30
    assert FOUR._replace(with_own_memory=False).most(lambda count: 100 * count) == 100


@pytest.mark.tensorflow
def test_rows_count_on_each_device_and_states_are_divided():
    import keras
    import numpy as np

    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(100)])
    rows = [np.zeros((1000, 4), "float32")]
    alone, on_two = (
        memory.BUDGET // memory.members_within_budget(model, rows, 8, devices=count)
        for count in (1, 2)
    )
    units = 4 + 100  # of both layers
    assert alone == 16_000 + 4 * 8 * 500 + 4 * 3 * 8 * units
    assert on_two == 16_000 + (alone - 16_000) // 2


@pytest.mark.tensorflow
def test_programs_of_few_members_have_no_devices():
    from skkeras.training.program.programs_by_size import ProgramsBySize

    alone, programs = ProgramsBySize(None, ()), ProgramsBySize(None, (), FOUR)
    for members in range(1, 60):
        assert programs.capacity(members) == alone.capacity(members)
    assert {n: programs.capacity(n) for n in (64, 65, 97, 300)} == {
        64: 64,
        65: 80,
        97: 102,
        300: 320,
    }


@pytest.mark.tensorflow
def test_one_processor_is_no_reason_to_divide():
    from skkeras.training.program.divided import devices

    assert devices() == Devices()
