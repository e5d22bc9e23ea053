"""What a process shares, and no call of a library may leave otherwise."""

import contextlib
import locale
import logging
import os
import random
import signal
import sys
import warnings
from pathlib import Path

import keras
import matplotlib as mpl
import numpy as np
import pandas as pd
from sklearn import get_config

PANDAS = ["max_rows", "max_columns", "precision", "width"]
LOGGERS = ["", "absl", "keras", "matplotlib", "optuna", "sklearn", "tensorflow"]


def settings():
    """Everything that can be read without changing it, by name."""
    return {
        "warnings": list(warnings.filters),
        "logging": [_logger(name) for name in LOGGERS],
        "matplotlib": dict(mpl.rcParams),
        "environment": dict(os.environ),
        "signals": [signal.getsignal(each) for each in signal.valid_signals()],
        "umask": _umask(),
        "folder": os.getcwd(),
        "path": list(sys.path),
        "locale": locale.setlocale(locale.LC_ALL),
        "hooks": [sys.excepthook, sys.displayhook, sys.stdout, sys.stderr],
        "numpy errors": np.geterr(),
        "numpy printing": np.get_printoptions(),
        "pandas": [pd.get_option(f"display.{name}") for name in PANDAS],
        "scikit-learn": get_config(),
        "float type": keras.config.floatx(),
        "policy": keras.config.dtype_policy().get_config(),
        "epsilon": keras.config.epsilon(),
        "image format": keras.config.image_data_format(),
        "interactive": keras.config.is_interactive_logging_enabled(),
        "tracebacks": keras.config.is_traceback_filtering_enabled(),
        "backend": _backend_settings(),
    }


def _logger(name):
    logger = logging.getLogger(name)
    return logger.level, logger.disabled, logger.propagate, list(logger.handlers)


def _umask():
    """Linux tells; elsewhere it could only be read by changing it."""
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    lines = status.read_text().splitlines()
    return [line for line in lines if line.startswith("Umask")]


def _backend_settings():
    if keras.backend.backend() != "tensorflow":
        return None
    import tensorflow as tf

    return (
        tf.executing_eagerly(),
        tf.config.functions_run_eagerly(),
        tf.config.get_soft_device_placement(),
        tf.config.optimizer.get_jit(),
        tf.config.threading.get_inter_op_parallelism_threads(),
        tf.config.threading.get_intra_op_parallelism_threads(),
    )


@contextlib.contextmanager
def left_as_it_was(draws=False):
    """Assert that a block changes nothing that a process shares.

    Parameters
    ----------
    draws : bool, default=False
        Whether it may draw from generators, as models do that a user builds.
    """
    seed_everything()
    expected = next_numbers()
    seed_everything()
    with warnings.catch_warnings():
        before = settings()
        yield
        after = settings()
    assert [name for name in after if after[name] != before[name]] == []
    assert draws or next_numbers() == expected


def seed_everything():
    """Bring all generators to one state."""
    keras.utils.set_random_seed(11)
    with contextlib.suppress(ImportError):
        import torch

        torch.manual_seed(11)


def next_numbers():
    """Draw from every generator."""
    numbers = [random.random(), np.random.random()]  # noqa: NPY002
    numbers.append(float(keras.random.uniform(())))
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        numbers.append(float(tf.random.uniform(())))
    with contextlib.suppress(ImportError):
        import torch

        numbers.append(float(torch.rand(())))
    return numbers
