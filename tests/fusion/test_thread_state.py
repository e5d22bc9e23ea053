"""What tasks see in their threads, and what they leave behind."""

import subprocess
import sys
import threading
import warnings

import keras
import pytest
import sklearn
from fused_tasks import fit, loop
from sklearn.utils import parallel as sklearn_parallel

import skkeras

pytestmark = pytest.mark.usefixtures("no_hang")


def sklearn_loop(function, count):
    tasks = (sklearn_parallel.delayed(function)(i) for i in range(count))
    return sklearn_parallel.Parallel()(tasks)


def test_settings_of_keras_reach_the_tasks():
    def settings(_):
        mine = keras.saving.get_registered_object("mine")
        return keras.config.dtype_policy().name, mine

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        with skkeras.fused(), keras.saving.custom_object_scope({"mine": loop}):
            assert loop(settings, range(3)) == [("mixed_bfloat16", loop)] * 3
    finally:
        keras.config.set_dtype_policy(before)


def test_the_configuration_of_scikit_learn_reaches_the_tasks():
    def setting(_):
        return sklearn.get_config()["working_memory"]

    with skkeras.fused(), sklearn.config_context(working_memory=77):
        assert sklearn_loop(setting, 3) == [77] * 3


def test_warning_filters_hold_in_the_tasks_and_after(instant):
    together = threading.Barrier(2)
    seen = []

    def task(number):
        together.wait()
        with warnings.catch_warnings():
            warnings.simplefilter("error", UnicodeWarning)
            together.wait()
            if number == 0:
                together.wait()
        if number == 1:
            together.wait()
        seen.append([f[2] for f in warnings.filters])
        return fit(number)

    with warnings.catch_warnings():
        warnings.simplefilter("error", ImportWarning)
        before = list(warnings.filters)
        with skkeras.fused():
            sklearn_loop(task, 2)
            assert warnings.filters == before
    assert all(ImportWarning in categories for categories in seen)


def test_the_backend_is_there_once_skkeras_is_imported_and_without_tensorflow():
    code = """
import sys, joblib, skkeras
with joblib.parallel_config("fused"):
    print(joblib.Parallel()(joblib.delayed(abs)(-i) for i in range(4)))
with skkeras.fused():
    print(joblib.effective_n_jobs())
print("tensorflow" in sys.modules, "keras" in sys.modules)
"""
    run = [sys.executable, "-W", "error", "-c", code]
    shown = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert shown.splitlines() == ["[0, 1, 2, 3]", "512", "False False"]
