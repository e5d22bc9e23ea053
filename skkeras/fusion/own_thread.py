"""Which threads train: callbacks of any fit run in the one that trains them all."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_here = threading.local()


@contextmanager
def training_here() -> Iterator[None]:
    """Say that this thread trains inside the block."""
    before, _here.trains = is_training_here(), True
    try:
        yield
    finally:
        _here.trains = before


def is_training_here() -> bool:
    """Tell whether this thread trains, so that what it runs is a fit's callback.

    Returns
    -------
    bool
    """
    return getattr(_here, "trains", False)
