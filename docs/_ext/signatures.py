"""The signatures of Keras layers and losses of ours.

Keras gives each of them a ``__new__`` that takes anything, which Sphinx would show.
"""

import inspect

from sphinx.util.inspect import stringify_signature

ANYTHING = "(*args, **kwargs)"


def of_init(app, what, name, obj, options, signature, returned):
    """Return what ``__init__`` takes, where ``__new__`` takes anything."""
    if what != "class" or signature != ANYTHING:
        return None
    if "__init__" not in vars(obj):
        return "(**kwargs)", returned
    _, *taken = inspect.signature(obj.__init__).parameters.values()
    shown = stringify_signature(inspect.Signature(taken), show_annotation=False)
    return shown, returned


def setup(app):
    """Register it."""
    app.connect("autodoc-process-signature", of_init)
    return {"parallel_read_safe": True}
