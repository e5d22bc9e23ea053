"""Models that were made for one owner alone."""

from __future__ import annotations

import keras

from skkeras.training.engines.kept_graphs import consists_of_stock_parts
from skkeras.training.state.fit_model import BuiltModel, UnseenModel

_MOST_WEIGHTS = 100_000  # of which copies are held; reading more takes no share of time


def unseen_model(model: keras.Model) -> BuiltModel:
    """Return how a model predicts that was just made, and given to nobody else.

    Parameters
    ----------
    model : keras.Model
        Built.

    Returns
    -------
    BuiltModel or UnseenModel
        The first where code of a user's own may have got hold of the weights, or
        where holding copies of them saves no time.
    """
    is_read = keras.backend.backend() == "tensorflow"
    is_small = model.built and model.count_params() <= _MOST_WEIGHTS
    if is_read and is_small and consists_of_stock_parts(model):
        return UnseenModel(model)
    return BuiltModel(model)
