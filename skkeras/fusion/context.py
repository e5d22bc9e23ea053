"""The ``with`` block that turns fusion on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from joblib import parallel_config

from skkeras.fusion.chunked_backend import ChunkedBackend
from skkeras.fusion.workers import chosen_processes


@contextmanager
def fused(max_members: int | None = None) -> Iterator[None]:
    """Train the fits of scikit-learn's loops together, as one program.

    Inside the block, the loops of ``cross_val_score``, ``GridSearchCV``,
    ``BaggingClassifier`` and all else that runs on joblib run their tasks in threads.
    The fits of skkeras's estimators in them wait for each other and are trained at
    once, also through a `Pipeline` and across loops in loops. Scores are those of the
    same code outside the block. A ``fit`` outside any loop trains alone, as ever.

    Inside ``joblib.parallel_config("dask")``, or that of another joblib backend with
    processes of its own, the tasks of a loop are cut into a chunk for each process, and
    each trains its chunk as one. :doc:`/scaling`, in the user guide, tells how.

    ``joblib.parallel_config("fused")`` does the same, always in this process.

    Parameters
    ----------
    max_members : int, default=None
        Most fits that are trained at once, in each process. None lets the number of
        tasks decide, up to 512, or fewer where the models and rows of the waiting fits
        would take more than 2 GiB.

    Yields
    ------
    None

    Raises
    ------
    ValueError
        When ``max_members`` is not a positive integer or None.

    Notes
    -----
    A loop with an explicit ``n_jobs=k`` runs at most ``k`` tasks at a time, and one
    with ``n_jobs=1`` runs them one after the other: leave ``n_jobs`` at None, or -1.
    With the processes of another backend ``n_jobs=k`` means at most ``k`` of these.

    Stacking many models of one architecture into one program is horizontal fusion
    [1]_.

    References
    ----------
    .. [1] S. Wang, P. Yang, Y. Zheng, X. Li, G. Pekhimenko, "Horizontally Fused
       Training Array: An Effective Hardware Utilization Squeezer for Training Novel
       Deep Learning Models", MLSys 2021.

    Examples
    --------
    >>> import skkeras
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.model_selection import cross_val_score
    >>> X, y = load_iris(return_X_y=True)
    >>> model = skkeras.KerasMLPClassifier(epochs=2, random_state=0)
    >>> with skkeras.fused():
    ...     scores = cross_val_score(model, X, y, cv=5)
    >>> scores.shape
    (5,)
    """
    chosen = chosen_processes()
    if chosen is None:
        entered = parallel_config("fused", n_jobs=None, max_members=max_members)
    else:
        backend = ChunkedBackend(*chosen, max_members)
        entered = parallel_config(backend, n_jobs=None)
    with entered:
        yield
