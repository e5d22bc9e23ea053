"""Loading TensorFlow without its log."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module

LOG_LINE = re.compile(
    rb"^(WARNING: All log messages before absl|[IWE]\d{4} \d\d:\d\d:).*\n?",
    re.MULTILINE,
)


@contextmanager
def without_startup_log() -> Iterator[None]:
    """Drop from standard error what TensorFlow's C++ part logs as it is imported.

    While Python imports it, the library has not yet read ``TF_CPP_MIN_LOG_LEVEL`` and
    writes to file descriptor 2 itself. All else that is written there meanwhile, a
    traceback for instance, comes out when the block ends.
    """
    sys.stderr.flush()
    terminal = os.dup(2)
    with tempfile.TemporaryFile() as captured:
        os.dup2(captured.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(terminal, 2)
            os.close(terminal)
            captured.seek(0)
            os.write(2, LOG_LINE.sub(b"", captured.read()))


def load_what_jax_loads_late() -> None:
    """Import what Keras imports on JAX only when the engine describes a first model."""
    keras = sys.modules.get("keras")
    if keras is not None and keras.backend.backend() == "jax":
        # Keras does without where it is not installed, or cannot be imported.
        with suppress(ImportError):
            import_module("tensorflow")
