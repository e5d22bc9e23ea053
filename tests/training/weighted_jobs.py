"""Jobs of weighted rows, the last of which are held out."""

import numpy as np

from skkeras.training import BuiltModel, Job


def weighted_rows(n_rows):
    """Draw rows of four numbers, and their weights."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(n_rows, 4)).astype("float32")
    return x, rng.uniform(0.5, 2, n_rows).astype("float32")


def weighted_job(model, data, n_rows, *, epochs=3, **options):
    """Train on the first rows of (x, y, weight), evaluate on the others."""
    return Job(
        BuiltModel(model),
        *(part[:n_rows] for part in data),
        validation_data=tuple(part[n_rows:] for part in data),
        epochs=epochs,
        seed=1,
        **options,
    )
