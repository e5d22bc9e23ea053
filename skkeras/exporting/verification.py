"""Whether a file predicts what its model predicts."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime

from skkeras.exporting.doors import Door

TOLERANCE = 1e-5
"""Of probabilities as it is, of numbers as a share of the largest."""


def run(model: bytes, doors: list[Door]) -> dict[str, np.ndarray]:
    """Let ONNX Runtime predict for the sample rows.

    Parameters
    ----------
    model : bytes
        An ONNX model.
    doors : list of Door
        Its inputs with their rows.

    Returns
    -------
    dict of str to ndarray
        Outputs by their names.
    """
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors, which are raised as well
    session = onnxruntime.InferenceSession(
        model, options, providers=["CPUExecutionProvider"]
    )
    feeds = {door.name: door.values for door in doors}
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, feeds), strict=True))


def check_alike(
    found: dict[str, np.ndarray], expected: dict[str, np.ndarray], threshold: float
) -> None:
    """Raise `ValueError` where outputs are not those of the model.

    Parameters
    ----------
    found, expected : dict of str to ndarray
        Outputs of the file and of the model, by their names; labels, where there are
        any, first.
    threshold : float
        Probability at which the model decides between two classes.
    """
    ties = None
    for name, wanted in reversed(expected.items()):
        given = found[name]
        if given.shape != wanted.shape:
            raise ValueError(
                f"{name} has the shape {given.shape} in place of {wanted.shape}"
            )
        if _are_numbers(name, wanted):
            _check_numbers(name, given, np.asarray(wanted, float))
            ties = _ties(wanted, threshold)
        else:
            _check_labels(name, given, wanted, ties)


def _are_numbers(name, wanted):
    return name.rpartition("_")[2] != "label"


def _check_numbers(name, given, wanted):
    scale = np.maximum(1.0, np.nanmax(np.abs(wanted), axis=0, initial=0.0))
    alike = np.isclose(given / scale, wanted / scale, rtol=0, atol=TOLERANCE)
    alike |= np.isnan(given) & np.isnan(wanted)
    if not alike.all():
        row = int(np.argwhere(~alike)[0][0])
        raise ValueError(
            f"{name} of row {row} is {np.ravel(given[row]).tolist()!r:.60} in place "
            f"of {np.ravel(wanted[row]).tolist()!r:.60}"
        )


def _ties(scores: Any, threshold: float) -> np.ndarray:
    """Return in which rows classes score alike, so that rounding decides."""
    scores = np.asarray(scores, float)
    if scores.ndim == 1:
        return np.abs(scores) < TOLERANCE
    best = np.sort(scores, axis=1)[:, -2:]
    near = np.abs(scores - threshold).min(axis=1) < TOLERANCE
    return near | (np.ptp(best, axis=1) < 2 * TOLERANCE)


def _check_labels(name, given, wanted, ties):
    wrong = given.astype(wanted.dtype) != wanted
    wrong = wrong.reshape(len(wrong), -1).any(axis=1)
    if ties is not None:
        wrong &= ~ties
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise ValueError(
            f"{name} of row {row} is {given[row]!r:.60} in place of {wanted[row]!r:.60}"
        )
