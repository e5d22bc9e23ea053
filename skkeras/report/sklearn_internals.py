"""The private names of scikit-learn that reports use.

What each is for, and what to do when it goes:

- ``_search.BaseSearchCV``: a model that chooses its parameters. Ask for
  ``best_estimator_`` and ``cv_results_`` instead.
- ``_base.LinearModel``, ``_base.BaseLibSVM``, and
  ``_multilayer_perceptron.BaseMultilayerPerceptron``: what several classes learn alike.
  Name the classes, each with its task.
- ``_fit_X``, ``_y``: the rows that nearest neighbours keep. ``n_samples_fit_`` counts
  them.
"""

import numpy as np
from sklearn.linear_model._base import LinearModel
from sklearn.model_selection._search import BaseSearchCV
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network._multilayer_perceptron import BaseMultilayerPerceptron
from sklearn.svm._base import BaseLibSVM

__all__ = [
    "BaseLibSVM",
    "BaseMultilayerPerceptron",
    "BaseSearchCV",
    "LinearModel",
    "numbers_kept",
]


def numbers_kept(neighbors: KNeighborsClassifier | KNeighborsRegressor) -> int:
    """Count the numbers in the rows and targets that nearest neighbours keep.

    Parameters
    ----------
    neighbors : KNeighborsClassifier or KNeighborsRegressor
        Fitted.

    Returns
    -------
    int
    """
    return int(neighbors._fit_X.size + np.size(neighbors._y))
