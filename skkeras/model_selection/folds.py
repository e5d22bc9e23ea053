"""What makes scores of a study comparable: the same folds and the same scoring."""

import joblib
import numpy as np

_COMPARABLE = "skkeras:comparable"


def describe_folds(study, splits, scoring):
    """Write on a new study what it was scored on, and check an old one.

    Parameters
    ----------
    study : optuna.Study
        Perhaps continued.
    splits : list of (train, test)
        Row numbers of each fold.
    scoring : str
        What was scored.

    Raises
    ------
    ValueError
        When the study's trials were scored otherwise.
    """
    mine = {
        "folds": len(splits),
        "rows": joblib.hash([(np.asarray(a), np.asarray(b)) for a, b in splits]),
        "scoring": scoring,
    }
    theirs = study.user_attrs.get(_COMPARABLE)
    if theirs is None:
        study.set_user_attr(_COMPARABLE, mine)
    elif theirs != mine:
        different = [name for name in mine if mine[name] != theirs.get(name)]
        raise ValueError(
            f"The study {study.study_name!r} was begun with other {different}, so its "
            "scores cannot be compared with this search's. Choose another study_name, "
            "or give the same data, scoring and cv (with an int random_state if it "
            "shuffles)."
        )
