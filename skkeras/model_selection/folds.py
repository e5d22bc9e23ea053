"""What makes scores of a study comparable: all that decides them but the trial."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import joblib
import numpy as np
from numpy.typing import ArrayLike

from skkeras.model_selection.description import digest_of

if TYPE_CHECKING:
    import optuna

    from skkeras.model_selection.search import OptunaSearchCV

_COMPARABLE = "skkeras:comparable"


def what_decides_scores(
    search: OptunaSearchCV,
    X: ArrayLike,
    y: ArrayLike,
    params: dict[str, Any],
    splits: list[tuple[np.ndarray, np.ndarray]],
    scoring: str,
) -> dict[str, Any]:
    """Describe what any two trials of a study must have in common.

    Parameters
    ----------
    search : OptunaSearchCV
        Its estimator and its space count.
    X, y : array-like
        The rows.
    params : dict
        What the fit was given beside them: weights, metadata.
    splits : list of (train, test)
        Row numbers of each fold.
    scoring : str
        What is scored.

    Returns
    -------
    dict
        That JSON can hold.
    """
    given = {name: value for name, value in params.items() if value is not None}
    rows = [(np.asarray(train), np.asarray(test)) for train, test in splits]
    return {
        "folds": len(splits),
        "rows": joblib.hash(rows),
        "scoring": scoring,
        "data": digest_of([X, y]),
        "fit parameters": digest_of(given),
        "estimator": digest_of(search.estimator),
        "param_distributions": digest_of(search.param_distributions),
    }


def check_comparable(study: optuna.Study, mine: dict[str, Any]) -> None:
    """Store what decides the scores in a new study, or compare it with an old one's.

    Parameters
    ----------
    study : optuna.Study
        Perhaps continued.
    mine : dict
        From :func:`what_decides_scores`.

    Raises
    ------
    ValueError
        When the study's trials were scored otherwise.
    """
    theirs = study.user_attrs.get(_COMPARABLE)
    if theirs is None:
        study.set_user_attr(_COMPARABLE, mine)
        return
    different = [name for name in mine if mine[name] != theirs.get(name, mine[name])]
    if different:
        raise ValueError(
            f"The study {study.study_name!r} was begun with other {different}, so its "
            "scores cannot be compared with this search's. Choose another study_name "
            "to begin anew; or, to go on, give the same data, sample_weight, "
            "estimator, param_distributions, scoring and cv (with an int random_state "
            "if it shuffles)."
        )
