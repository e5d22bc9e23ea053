"""Recognizing skkeras's own estimators, without importing Keras."""

import sys


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
    home = sys.modules.get("skkeras.estimators.base")
    return home is not None and isinstance(value, home.KerasEstimator)
