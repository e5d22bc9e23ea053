"""Tasks of a loop that come to a fit."""

import threading
import time
from types import SimpleNamespace

import numpy as np
from joblib import Parallel, delayed

from skkeras import fusion


def loop(function, arguments, **options):
    return Parallel(**options)(delayed(function)(a) for a in arguments)


def fit(number, weights=1):
    """Stand in for an estimator's fit; returns the number."""
    model = SimpleNamespace(count_params=lambda: weights)
    nothing = {"y": None, "sample_weight": None, "validation_data": None}
    return fusion.fit(SimpleNamespace(model=model, x=np.array(number), **nothing))


def threads_end(seconds=20):
    """Wait for the threads of tasks; tell whether all have ended."""
    deadline = time.monotonic() + seconds
    while any(thread.name == "fused task" for thread in threading.enumerate()):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
