"""When, with what and on how many cores a benchmark ran."""

import os
import platform
from datetime import date
from importlib.metadata import version
from pathlib import Path

# The library that Keras runs on in this process and those that it starts.
BACKEND = os.environ.get("KERAS_BACKEND") or "tensorflow"
PACKAGES = ["skkeras", "scikit-learn", "keras", BACKEND, "scikeras", "optuna"]


def describe():
    """Facts of this run."""
    return {
        "date": date.today().isoformat(),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        **{name: version(name) for name in PACKAGES},
    }


def processor():
    """Return the name of the processor, as Linux says."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if "model name" in line)
    return next(names, platform.processor())


def sentence():
    """State the facts of this run in a line."""
    facts = describe()
    versions = ", ".join(f"{name} {facts[name]}" for name in PACKAGES)
    return (
        f"{facts['date']}, {facts['cores']} cores, Python {facts['python']}; "
        f"{versions}."
    )
