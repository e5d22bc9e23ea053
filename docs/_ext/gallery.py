"""How sphinx-gallery runs the examples."""

import datetime
import os
import re
from pathlib import Path

import matplotlib.pyplot as plt

# From what most people come for to what few do; examples not named here come last.
ORDER = [
    "pima",
    "iris",
    "mixed_table",
    "boston",
    "search_widths_optimizers_losses",
    "digits_cnn",
    "sequences_lstm",
    "two_inputs",
    "imbalance",
    "custom_metrics",
    "transfer",
    "saving",
]

# Shown but not run: without a network they would show stand-ins.
NOT_RUN = ("mnist", "imdb")

EXAMPLES = Path(__file__).parents[2] / "examples"
DAYS = 7


def to_run(day=None):
    """Return the names of the examples to run: all, or a seventh, for a day."""
    names = sorted(
        {path.stem for path in EXAMPLES.glob("*.py")}
        - {*without_title(EXAMPLES), *NOT_RUN}
    )
    if day is None:
        return names
    return [
        name
        for number, name in enumerate(names)
        if number % DAYS == day.toordinal() % DAYS
    ]


def day_asked_for(environ):
    """Return the day that ``GALLERY_DAY`` names (2026-11-26), or None without it."""
    named = environ.get("GALLERY_DAY")
    return datetime.date.fromisoformat(named) if named else None


def without_title(folder):
    """Return the names of scripts without a title: programs for the command line."""
    titled = re.compile(r'"""\s*\S.*\n===')
    return [
        p.stem for p in folder.glob("*.py") if not titled.match(p.read_text("utf-8"))
    ]


def named(names):
    """Return a pattern for the names, or the paths, of some examples."""
    return rf"(^|/)({'|'.join(['no example', *names])})\.py$"


class Order:
    """The place of an example in the gallery, by its file."""

    def __init__(self, folder):
        self.folder = folder

    def __call__(self, filename):
        """Return a key to sort by."""
        name = Path(filename).stem
        return ORDER.index(name) if name in ORDER else len(ORDER), name


def set_style(gallery_conf, filename):
    """Give figures colours that the colour-blind can tell apart, and no margins."""
    plt.style.use("tableau-colorblind10")
    plt.rcParams["savefig.bbox"] = "tight"


GALLERY = {
    "examples_dirs": "../examples",
    "ignore_pattern": named(without_title(EXAMPLES)),
    "gallery_dirs": "gallery",
    "filename_pattern": named(to_run(day_asked_for(os.environ))),
    "within_subsection_order": "gallery.Order",
    "doc_module": ("skkeras",),
    "reference_url": {"skkeras": None},
    "backreferences_dir": "api/examples",
    "inspect_global_variables": False,
    "abort_on_example_error": True,
    "download_all_examples": False,
    "write_computation_times": False,
    "show_signature": False,
    "min_reported_time": float("inf"),  # the builder's, and nobody else's
    "remove_config_comments": True,
    "reset_modules": ("matplotlib", "gallery.set_style"),
    "image_srcset": ["2x"],
    "default_thumb_file": str(Path(__file__).parents[1] / "images" / "net.png"),
    "capture_repr": ("_repr_html_", "__repr__"),
}
