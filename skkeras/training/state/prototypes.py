"""Models that are only read: what was found out about one once stays true."""

import weakref

_facts = weakref.WeakKeyDictionary()


def remember_as_prototype(model):
    """Note that nobody changes a model from now on.

    Parameters
    ----------
    model : keras.Model
    """
    _facts.setdefault(model, {})


def facts_of(model):
    """Return what was found out about a prototype, to be added to.

    Parameters
    ----------
    model : keras.Model

    Returns
    -------
    dict or None
        None where the model may change.
    """
    return _facts.get(model)
