"""Gives back what TensorFlow keeps of each trace of a function with its own gradient.

``tf.custom_gradient`` enters each use in a graph into a registry of the process, and
with it the whole graph: a few MB for each program, for ever. Functions of Keras and
TensorFlow do that as well, such as ``tf.nn.silu``. The gradients of a program are taken
while it is traced, so its entries are of no use after that.

- ``gradient_registry``, ``_registry``: the registry, and its dict. Where a version of
  TensorFlow has neither, nothing is given back; a test tells.
"""

import weakref

import tensorflow as tf

try:
    from tensorflow.python.framework.ops import gradient_registry
except ImportError:
    _entries = {}
else:
    _entries = getattr(gradient_registry, "_registry", {})

_DEPTH = 4  # of functions and lists, in which an entry holds tensors


def forget_gradients_of(graphs):
    """Remove the entries of what was traced in some graphs.

    Parameters
    ----------
    graphs : list of FuncGraph
        Of which no gradient will be taken any more.
    """
    _forget(_names_of(graphs))


def forget_gradients_with(owner, graph):
    """Remove the entries of what was traced in a graph when an object goes.

    Parameters
    ----------
    owner : object
        Who has the graph, of which gradients may still be taken.
    graph : FuncGraph
    """
    names = _names_of([graph])
    if names:
        weakref.finalize(owner, _forget, names).atexit = False


def _names_of(graphs):
    numbers = set(map(id, graphs))
    return [
        name
        for name, entry in list(_entries.items())
        if name.startswith("CustomGradient-") and _is_of(numbers, entry["type"], _DEPTH)
    ]


def _forget(names):
    for name in names:
        _entries.pop(name, None)


def _is_of(graphs, held, depth):
    """Return whether something that an entry holds lies in a graph, or in its loops.

    A function of the user's that was traced there first is used elsewhere, too.
    """
    within = getattr(held, "graph", None)
    while isinstance(within, tf.Graph):
        if id(within) in graphs:
            return True
        is_part = getattr(within, "is_control_flow_graph", False)
        within = within.outer_graph if is_part else None
    if depth == 0:
        return False
    if isinstance(held, (list, tuple)):
        return any(_is_of(graphs, each, depth - 1) for each in held)
    cells = getattr(held, "__closure__", None) or ()
    return any(_is_of(graphs, each, depth - 1) for each in map(_content, cells))


def _content(cell):
    try:
        return cell.cell_contents
    except ValueError:  # of a variable that was not assigned yet
        return None
