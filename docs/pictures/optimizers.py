"""Draws docs/images/optimizers.png: the way of each optimizer down one valley.

`python docs/pictures/optimizers.py` takes about a minute. Two weights start at the same
point; the loss is a quadratic, fifty times steeper across its valley than along it.
Each optimizer takes 60 steps at the learning rate, of a grid, that ends lowest.
"""

from pathlib import Path

import keras
import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from PIL import Image

PICTURE = Path(__file__).parents[1] / "images" / "optimizers.png"
START, LOWEST = np.array([-3.0, 2.0]), np.array([1.5, 0.5])
TURN = np.deg2rad(30)
AXES = np.array([[np.cos(TURN), -np.sin(TURN)], [np.sin(TURN), np.cos(TURN)]])
CURVATURE = AXES @ np.diag([0.1, 5.0]) @ AXES.T
N_STEPS = 60
RATES = [base * 10.0**power for power in range(-3, 2) for base in (1, 2, 5)]
OPTIMIZERS = {
    "SGD": lambda rate: keras.optimizers.SGD(rate),
    "SGD, momentum 0.9": lambda rate: keras.optimizers.SGD(rate, momentum=0.9),
    "SGD, Nesterov": lambda rate: keras.optimizers.SGD(
        rate, momentum=0.9, nesterov=True
    ),
    "SGD, clipnorm 1": lambda rate: keras.optimizers.SGD(rate, clipnorm=1.0),
    "Adagrad": keras.optimizers.Adagrad,
    "Adadelta": keras.optimizers.Adadelta,
    "RMSprop": keras.optimizers.RMSprop,
    "Adam": keras.optimizers.Adam,
    "Adam, AMSGrad": lambda rate: keras.optimizers.Adam(rate, amsgrad=True),
    "Adamax": keras.optimizers.Adamax,
    "Nadam": keras.optimizers.Nadam,
    "AdamW, decay 0.1": lambda rate: keras.optimizers.AdamW(rate, weight_decay=0.1),
    "ScheduleFreeAdamW": keras.optimizers.ScheduleFreeAdamW,
    "Adafactor": keras.optimizers.Adafactor,
    "Lion": keras.optimizers.Lion,
    "Lamb": keras.optimizers.Lamb,
    "Muon": keras.optimizers.Muon,
    "Ftrl": keras.optimizers.Ftrl,
}


def loss(w):
    """Return the height of points, of shape (..., 2)."""
    offset = w - LOWEST
    return np.einsum("...i,ij,...j->...", offset, CURVATURE, offset) / 2


def path(optimizer):
    """Return the points that an optimizer visits, of shape (N_STEPS + 1, 2)."""
    # A column, since Muon treats matrices alone.
    weights = keras.Variable(START[:, None].astype("float32"), name="kernel")
    optimizer.build([weights])
    points = [START]
    for _ in range(N_STEPS):
        gradient = CURVATURE @ (points[-1] - LOWEST)
        optimizer.apply([keras.ops.convert_to_tensor(gradient[:, None], "float32")])
        points.append(keras.ops.convert_to_numpy(weights)[:, 0].astype(float))
        if not np.abs(points[-1]).max() < 100:
            break
    return np.array(points)


def best_path(make):
    """Return the rate of the grid that ends lowest, and its path."""
    paths = {rate: path(make(rate)) for rate in RATES}
    rate = min(paths, key=lambda rate: loss(paths[rate][-5:]).mean())
    return rate, paths[rate]


def draw():
    """Write the picture."""
    figure, axes = plt.subplots(6, 3, figsize=(7.5, 10.5), layout="constrained")
    x, y = np.meshgrid(np.linspace(-4, 3.5, 150), np.linspace(-2.2, 3.2, 150))
    height = loss(np.stack([x, y], axis=-1))
    for axis, (name, make) in zip(axes.flat, OPTIMIZERS.items(), strict=True):
        rate, points = best_path(make)
        axis.contour(x, y, height, levels=[0.02, 0.2, 1, 3, 8, 16], colors="0.8")
        axis.plot(*points.T, "-o", color="#0072B2", markersize=2.5, linewidth=1)
        axis.plot(*LOWEST, "*", color="#D55E00", markersize=9)
        axis.set(xlim=(-4, 3.5), ylim=(-2.2, 3.2), xticks=[], yticks=[])
        axis.set_title(name, fontsize=9)
        note = f"rate {rate:g}, ends at {loss(points[-1]):.1g}"
        axis.text(
            0.98,
            0.04,
            note,
            transform=axis.transAxes,
            ha="right",
            fontsize=7,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
        )
        print(f"{name}: {note}")
    figure.savefig(PICTURE, dpi=110, metadata={"Software": None})
    Image.open(PICTURE).convert("RGB").quantize(128).save(PICTURE, optimize=True)


if __name__ == "__main__":
    draw()
