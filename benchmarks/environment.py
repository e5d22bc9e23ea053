"""When, with what and on how many cores a benchmark ran."""

import os
import platform
from datetime import date
from importlib.metadata import version

PACKAGES = ["skkeras", "scikit-learn", "keras", "tensorflow", "scikeras", "optuna"]


def describe():
    """Facts of this run."""
    return {
        "date": date.today().isoformat(),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        **{name: version(name) for name in PACKAGES},
    }


def sentence():
    """State the facts of this run in a line."""
    facts = describe()
    versions = ", ".join(f"{name} {facts[name]}" for name in PACKAGES)
    return (
        f"{facts['date']}, {facts['cores']} cores, Python {facts['python']}; "
        f"{versions}."
    )
