"""Writing a fitted estimator to one file: .keras models and JSON."""

# A mixin: the estimator has the other attributes.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from contextvars import ContextVar
from importlib.metadata import version
from pathlib import Path
from typing import Any, SupportsIndex

from sklearn.utils.validation import check_is_fitted

from skkeras.estimators.one_fit import predicting
from skkeras.estimators.saving.archive import packed, unpacked, write_archive
from skkeras.estimators.saving.members import members_of
from skkeras.estimators.saving.reading import read_into
from skkeras.whole_files import working_beside

CONTENT = "skkeras"
READING: ContextVar[tuple[Any, bool] | None] = ContextVar("READING", default=None)
"""While a pipeline is read: ``custom_objects`` and ``compile``, as they were passed."""

_is_as_it_is = ContextVar("_is_as_it_is", default=False)
_PACKAGES = ("skkeras", "keras", "scikit-learn", "numpy")


class Saving:
    """Adds ``save`` to an estimator."""

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the fitted estimator to a file that is safe to open.

        The file holds the model as Keras saves it, and parameters and fitted attributes
        as JSON; no pickle. Functions and classes of your own, such as the model
        factory, are only named in it: :func:`skkeras.load` takes them as
        ``custom_objects``, and an estimator loaded without its factory predicts all
        the same. Callbacks are not saved.

        Parameters
        ----------
        path : str or os.PathLike
            The file; one that is there is replaced, at once and as a whole.

        Raises
        ------
        TypeError
            When the estimator has an encoder of your own: only pickle could save it.

        See Also
        --------
        skkeras.load : Reads it.

        Examples
        --------
        >>> import os, tempfile
        >>> import skkeras
        >>> from sklearn.datasets import load_iris
        >>> X, y = load_iris(return_X_y=True)
        >>> model = skkeras.KerasMLPClassifier(epochs=2).fit(X, y)
        >>> path = os.path.join(tempfile.mkdtemp(), "iris.skkeras")
        >>> model.save(path)
        >>> bool((skkeras.load(path).predict(X) == model.predict(X)).all())
        True
        """
        check_is_fitted(self, "model_")
        with predicting(self), working_beside(path) as folder:
            members = members_of(self, self._all_params(), folder)
        write_archive(path, members, versions())

    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:
        with _as_it_is():
            return super().__reduce_ex__(protocol)

    def __getstate__(self) -> dict[str, Any]:
        """Return attributes for pickle and copy, and bytes for others, such as skops.

        These write objects down attribute by attribute, which a Keras model does not
        survive. The bytes are a file of :meth:`save`.
        """
        if _is_as_it_is.get():
            return super().__getstate__()  # pyright: ignore[reportReturnType]
        with tempfile.TemporaryDirectory() as folder:
            members = members_of(self, self._all_params(), Path(folder))
        return {CONTENT: packed(members, versions())}

    def __setstate__(self, state: dict[str, Any]) -> None:
        context = READING.get()
        if set(state) != {CONTENT}:
            if context is not None:
                raise ValueError(f"{type(self).__name__} is not as it was saved")
            super().__setstate__(state)  # pyright: ignore[reportAttributeAccessIssue]
            return
        custom_objects, compile = context or ({}, True)
        members, _ = unpacked(state[CONTENT], type(self).__name__)
        read_into(members, self._itself, custom_objects, compile, needs_model=False)

    def _itself(self, name):
        if name != type(self).__name__:
            raise ValueError(f"a {name!r:.80} stands for a {type(self).__name__}")
        return self


def versions() -> dict[str, str]:
    """Return the versions of the packages that write files."""
    return {name: version(name) for name in _PACKAGES}


@contextmanager
def _as_it_is():
    token = _is_as_it_is.set(True)
    try:
        yield
    finally:
        _is_as_it_is.reset(token)
