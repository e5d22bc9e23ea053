"""Cross-references into other libraries' pages lead to the addresses that they have."""

import zlib
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "docs" / "inventories"


def address(library, name):
    """Read an entry of an inventory as Sphinx's format has it."""
    *header, body = (FOLDER / f"{library}.inv").read_bytes().split(b"\n", 4)
    assert header[0] == b"# Sphinx inventory version 2"
    for line in zlib.decompress(body).decode().splitlines():
        found, role, _, uri, _ = line.split(" ", 4)
        if found == name:
            return role, uri.removesuffix("$") + name * uri.endswith("$")
    raise KeyError(name)


# As their own sites show them.
@pytest.mark.parametrize(
    ("library", "name", "role", "expected"),
    [
        ("keras", "keras.Model", "class", "api/models/model/"),
        ("keras", "keras.Model.fit", "method", "api/models/model_training_apis/"),
        ("keras", "keras.layers.Dense", "class", "api/layers/core_layers/dense/"),
        ("keras", "keras.optimizers.Adam", "class", "api/optimizers/adam/"),
        (
            "sklearn",
            "sklearn.pipeline.Pipeline",
            "class",
            "modules/generated/sklearn.pipeline.Pipeline.html#sklearn.pipeline.Pipeline",
        ),
        (
            "numpy",
            "numpy.ndarray",
            "class",
            "reference/generated/numpy.ndarray.html#numpy.ndarray",
        ),
        (
            "pandas",
            "pandas.DataFrame",
            "class",
            "reference/api/pandas.DataFrame.html#pandas.DataFrame",
        ),
        (
            "optuna",
            "optuna.study.Study",
            "class",
            "reference/generated/optuna.study.Study.html#optuna.study.Study",
        ),
        ("python", "dict", "class", "library/stdtypes.html#dict"),
    ],
)
def test_address(library, name, role, expected):
    assert address(library, name) == (f"py:{role}", expected)
