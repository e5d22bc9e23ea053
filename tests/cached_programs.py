"""Trains nets drawn by a seed with a folder of programs, and says what came of it."""

import json
import sys
from pathlib import Path

import numpy as np
from sklearn.model_selection import cross_val_predict

import skkeras
from skkeras import KerasMLPClassifier


def drawn_net(rng):
    """Draw a perceptron of few units."""
    depth = rng.integers(1, 4)
    return KerasMLPClassifier(
        tuple(rng.integers(2, 12, depth).tolist()),
        activation=str(rng.choice(["relu", "tanh", "elu", "gelu"])),
        optimizer=str(rng.choice(["adam", "sgd", "rmsprop", "nadam"])),
        batch_size=int(rng.integers(5, 30)),
        epochs=2,
        l2=1e-3,
        random_state=0,
    )


def main():
    """Train each net alone and three of it fused; print predictions and files."""
    folder, seed = sys.argv[1], int(sys.argv[2])
    used = skkeras.cache_programs(folder)
    before = {path.name for path in used.iterdir()}
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(90, 4))
    y = (X[:, 0] * X[:, 1] > 0).astype(int)
    found, engines = [], []
    for net in (drawn_net(rng) for _ in range(2)):
        found.append(net.fit(X, y).predict_proba(X).tolist())
        engines.append(net.training_.engine)
        with skkeras.fused():
            found.append(
                cross_val_predict(net, X, y, cv=3, method="predict_proba").tolist()
            )
    after = {path.name for path in used.iterdir()}
    told = {"predictions": found, "new": len(after - before), "used": used.name}
    print(json.dumps(told | {"engines": engines}))


if __name__ == "__main__":
    Path(sys.argv[1]).mkdir(exist_ok=True)
    main()
