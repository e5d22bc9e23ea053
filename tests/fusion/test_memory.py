"""What a waiting fit is reckoned to hold, by hand."""

from types import SimpleNamespace

import numpy as np
import pytest

from skkeras.fusion.memory import job_bytes

X = np.zeros((10, 3), "float32")  # 120 bytes


@pytest.mark.parametrize(
    ("weights", "data", "expected"),
    [
        (0, {"x": X}, 2 * 120),
        (7, {"x": X}, 2 * 120 + 4 * 4 * 7),
        (1000, {"x": X, "y": np.zeros(10)}, 2 * 200 + 16_000),
        (3, {"x": {"a": X, "b": [X, X]}, "y": (X[:, 0],)}, 2 * (360 + 40) + 48),
        (3, {"x": X, "sample_weight": np.ones(10)}, 2 * (120 + 80) + 48),
        (3, {"x": X, "validation_data": (X, np.ones(10), None)}, 2 * 320 + 48),
        (3, {"x": X, "validation_data": "no array"}, 2 * 120 + 48),
    ],
)
def test_four_copies_of_weights_and_two_of_rows(weights, data, expected):
    model = SimpleNamespace(count_params=lambda: weights)
    nothing = dict.fromkeys(["x", "y", "sample_weight", "validation_data"])
    assert job_bytes(SimpleNamespace(model=model, **nothing | data)) == expected
