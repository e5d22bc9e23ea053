"""How sphinx-gallery runs the examples."""

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
    """Give each example colours that the colour-blind can tell apart."""
    plt.style.use("tableau-colorblind10")


GALLERY = {
    "examples_dirs": "../examples",
    "ignore_pattern": named(without_title(EXAMPLES)),
    "gallery_dirs": "gallery",
    "filename_pattern": rf"^(?!.*{named(NOT_RUN)})",
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
    "capture_repr": ("_repr_html_", "__repr__"),
}
