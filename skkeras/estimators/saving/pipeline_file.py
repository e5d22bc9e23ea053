"""Pipelines, searches and ensembles around estimators in files without pickle.

skops writes scikit-learn's part, attribute by attribute, and reads types of a list
alone; our estimators lie in it as the files that they write themselves.
"""

from __future__ import annotations

import copy
import io
import os
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from sklearn.pipeline import Pipeline

from skkeras.estimators.saving.archive import write_archive
from skkeras.estimators.saving.estimator_file import READING, versions
from skkeras.estimators.saving.limits import check_members
from skkeras.estimators.saving.skops_internals import TRUSTED
from skkeras.own_estimators import is_keras_estimator

PIPELINE = "pipeline.skops"
_OF_SEARCHING = (
    *("sampler", "pruner", "storage", "study"),
    *("param_distributions", "initial_trials"),
)


def save(model: Any, path: str | os.PathLike[str]) -> None:
    """Write a fitted model, whatever it is built of, to a file without pickle.

    Our estimators lie in the file as their own ``save`` writes them, scikit-learn's
    steps as skops does. :func:`skkeras.load` reads it, and only what it knows: a
    stranger's file runs no code.

    Parameters
    ----------
    model : estimator
        Fitted: a pipeline, a search, a calibrated or stacked model, or an estimator
        alone. Of an `OptunaSearchCV` the study and the search
        space are not saved.
    path : str or os.PathLike
        The file; one that is there is replaced, at once and as a whole.

    Raises
    ------
    TypeError
        When an estimator has an encoder of your own: only pickle could save it.
    ImportError
        Without skops, for what is no estimator of skkeras: ``skkeras[skops]``.

    See Also
    --------
    skkeras.load : Reads it.
    skkeras.export : For programs without Python.

    Examples
    --------
    >>> import os, tempfile
    >>> import skkeras
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> X, y = load_iris(return_X_y=True)
    >>> net = skkeras.KerasMLPClassifier(epochs=2)
    >>> model = make_pipeline(StandardScaler(), net).fit(X, y)
    >>> path = os.path.join(tempfile.mkdtemp(), "iris.skkeras")
    >>> skkeras.save(model, path)
    >>> bool((skkeras.load(path).predict(X) == model.predict(X)).all())
    True
    """
    if is_keras_estimator(model):
        model.save(path)
        return
    members = {PIPELINE: _skops().dumps(_without_study(model))}
    write_archive(path, members, versions())


def _without_study(model):
    """Return a model without the studies of the searches that it is made of."""
    if isinstance(model, Pipeline):
        same = copy.copy(model)
        same.steps = [(name, _without_study(step)) for name, step in model.steps]
        return same
    if not hasattr(model, "study_"):
        return model
    same = copy.copy(model)
    for name in (*vars(same), "study_"):
        # What only another search would ask for, and Optuna's objects are in.
        if name in _OF_SEARCHING or name.endswith("callbacks"):
            vars(same)[name] = None
    del same.study_
    return same


def harmless_types(model: Any) -> list[str]:
    """Return the types in a model that skops does not trust by itself, and we do.

    Parameters
    ----------
    model : estimator
        Fitted.

    Returns
    -------
    list of str
        For ``trusted`` of :func:`skops.io.load`.

    Raises
    ------
    ValueError
        When the model holds another type.
    """
    skops = _skops()
    found = set(skops.get_untrusted_types(data=skops.dumps(model)))
    if unknown := sorted(found - TRUSTED):
        raise ValueError(
            f"The model holds {unknown!r:.500}, which are not known to be harmless. "
            "Where you trust them, pass the names of all types as "
            f"skops_trusted_types={sorted(found)!r:.500}."
        )
    return sorted(found)


def read_pipeline(
    members: dict[str, bytes],
    custom_objects: Mapping[str, Any],
    compile: bool,
    trusted: Sequence[str | type],
) -> Any:
    """Read what :func:`save` wrote.

    Parameters
    ----------
    members : dict of str to bytes
        Of the file.
    custom_objects, compile : dict, bool
        As of :func:`skkeras.load`.
    trusted : sequence of str or type
        Further types.

    Returns
    -------
    estimator

    Raises
    ------
    ValueError
        When the file holds another type.
    """
    if set(members) != {PIPELINE}:
        raise ValueError(f"unknown members {sorted(members)!r:.100}")
    skops, data = _skops(), members[PIPELINE]
    check_stored(data)
    named = {f"{t.__module__}.{t.__name__}" for t in trusted if isinstance(t, type)}
    named |= {each for each in trusted if isinstance(each, str)}
    found = set(skops.get_untrusted_types(data=data))
    if unknown := sorted(found - TRUSTED - named):
        raise ValueError(
            f"it holds {unknown!r:.500}, which are not known to be harmless. Where you "
            "trust the file, pass these names as trusted="
        )
    token = READING.set((custom_objects, compile))
    try:
        return skops.loads(data, trusted=sorted(found))
    finally:
        READING.reset(token)


def check_stored(data: bytes) -> None:
    """Raise `ValueError` where a file's members are larger than the file."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        check_members(archive, len(data))


def _skops():
    try:
        import skops.io
    except ImportError as error:
        raise ImportError(
            "pipelines are saved by skops: pip install 'skkeras[skops]'"
        ) from error
    return skops.io
