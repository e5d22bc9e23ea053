"""Small files in the formats that ``keras.datasets`` downloads."""

import importlib
import json

import numpy as np

from skkeras.datasets import load_boston

WORDS = {"the": 1, "film": 2, "good": 3, "bad": 4, "plot": 5}


def pictures(path, n_train=300, n_test=60):
    """Write an archive of digits like mnist.npz: each class bright in one place."""
    rng = np.random.default_rng(0)
    arrays = {}
    for part, count in (("train", n_train), ("test", n_test)):
        y = np.arange(count) % 10
        X = rng.integers(0, 60, (count, 28, 28))
        for i, digit in enumerate(y):
            X[i, 2 + 2 * digit : 6 + 2 * digit, 4:24] += 180
        arrays |= {f"x_{part}": X.astype("uint8"), f"y_{part}": y.astype("uint8")}
    np.savez_compressed(path, **arrays)
    return path


def texts(path, n_train=400, n_test=100, n_classes=2):
    """Write an archive of word numbers like imdb.npz and reuters.npz."""
    rng = np.random.default_rng(0)

    def part(count):
        y = rng.integers(0, n_classes, count)
        X = np.empty(count, dtype=object)
        for i in range(count):
            words = rng.integers(10, 9000, rng.integers(5, 40)).tolist()
            X[i] = [4 - int(y[i]) if n_classes == 2 else 3 + int(y[i]), *words]
        return X, y

    X, y = part(n_train)
    X_test, y_test = part(n_test)
    if "reuters" in str(path):
        arrays = {"x": np.concatenate([X, X_test]), "y": np.concatenate([y, y_test])}
    else:
        arrays = {"x_train": X, "y_train": y, "x_test": X_test, "y_test": y_test}
    np.savez(path, allow_pickle=True, **arrays)
    return path


def houses(path):
    """Write Boston's table like boston_housing.npz."""
    X, y = load_boston(return_X_y=True)
    np.savez_compressed(path, x=X, y=y)
    return path


def word_index(path):
    """Write a word index like imdb_word_index.json."""
    path.write_text(json.dumps(WORDS))
    return path


def serve(monkeypatch, folder):
    """Let Keras find small files where it would download the real ones."""
    files = {
        "mnist": pictures(folder / "mnist.npz"),
        "imdb": texts(folder / "imdb.npz"),
        "reuters": texts(folder / "reuters.npz", n_classes=46),
        "boston_housing": houses(folder / "boston_housing.npz"),
    }
    word_index(folder / "index.json")
    for name, path in files.items():
        module = importlib.import_module(f"keras.src.datasets.{name}")

        def get_file(fname, origin, file_hash, path=path):
            return str(folder / "index.json" if fname.endswith(".json") else path)

        monkeypatch.setattr(module, "get_file", get_file)
