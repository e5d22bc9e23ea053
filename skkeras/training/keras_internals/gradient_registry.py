"""Gives back what TensorFlow keeps of each trace of a function with its own gradient.

``tf.custom_gradient`` enters each use in a graph into a registry of the process, and
with it the whole graph: a few MB for each program, for ever. A program's gradients are
taken while it is traced, so its entries are of no use after that.

- ``gradient_registry``, ``_registry``: the registry, and its dict. Where a version of
  TensorFlow has neither, nothing is given back; a test tells.
"""

try:
    from tensorflow.python.framework.ops import gradient_registry
except ImportError:
    _entries = {}
else:
    _entries = getattr(gradient_registry, "_registry", {})


def forget_own_gradients():
    """Remove the entries of this package's own functions."""
    for name, entry in list(_entries.items()):
        if name.startswith("CustomGradient-") and _is_own(entry["type"]):
            _entries.pop(name, None)


def _is_own(function, depth=3):
    """Return whether a function, or one that it holds, was defined in this package."""
    if getattr(function, "__module__", "").startswith("skkeras."):
        return True
    cells = getattr(function, "__closure__", None) or ()
    held = [cell.cell_contents for cell in cells]
    return depth > 0 and any(
        _is_own(each, depth - 1) for each in held if callable(each)
    )
