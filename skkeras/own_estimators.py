"""Recognizing skkeras's own estimators, without importing Keras."""

import sys

_BASES = {
    "skkeras.estimators.base": "KerasEstimator",
    "skkeras.estimators.tabular.base": "KerasTabular",
}


def is_keras_estimator(value: object) -> bool:
    """Check whether a value is one of skkeras's estimators.

    Parameters
    ----------
    value : object
        Perhaps an estimator; a pipeline or a search around one is none itself.

    Returns
    -------
    bool

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> is_keras_estimator(DummyClassifier())
    False
    """
    # There is no instance of a class that nobody has imported.
    homes = [(sys.modules.get(home), base) for home, base in _BASES.items()]
    return any(home and isinstance(value, getattr(home, base)) for home, base in homes)
