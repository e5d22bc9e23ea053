"""Which models are trained by Keras."""


def uses_keras(model):
    """Tell whether skkeras trains a model or a part of it, without importing Keras.

    Parameters
    ----------
    model : estimator
        Alone, in a pipeline, a search or an ensemble.

    Returns
    -------
    bool
    """
    return any(map(_is_ours, [model, *model.get_params(deep=True).values()]))


def _is_ours(value):
    return any(
        home.__module__.startswith("skkeras.estimators.")
        for home in type(value).__mro__
    )
