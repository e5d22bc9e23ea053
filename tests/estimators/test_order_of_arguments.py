"""What a factory is called with does not depend on the hashes of a process."""

import json
import os
import subprocess
import sys

import pytest

CODE = """
import json
import numpy as np
import skkeras

class Seen(Exception):
    pass

def factory(**kwargs):
    raise Seen(list(kwargs))

names = ("width", "depth", "rate", "shape", "model__cell", "model__unit", "seed")
estimator = skkeras.KerasClassifier(factory, **dict.fromkeys(names, 1))
try:
    estimator.fit(np.eye(4), [0, 1, 0, 1])
except Seen as seen:
    print(json.dumps([seen.args[0], list(estimator.get_params())]))
"""


def start(seed):
    return subprocess.Popen(
        [sys.executable, "-c", CODE],
        env={**os.environ, "PYTHONHASHSEED": seed},
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.in_turn
def test_the_order_is_that_of_the_constructors_call():
    processes = [start("1"), start("2")]
    (first, params), again = (json.loads(p.communicate()[0]) for p in processes)
    assert again == [first, params]
    own = [name for name in first if name not in ("meta", "compile_kwargs", "params")]
    assert own == ["width", "depth", "rate", "shape", "seed", "cell", "unit"]
