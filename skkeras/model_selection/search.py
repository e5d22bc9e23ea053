"""OptunaSearchCV: hyperparameter search with cross-validation, on Optuna."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike
from optuna.pruners import BasePruner
from optuna.samplers import BaseSampler
from optuna.storages import BaseStorage
from optuna.study import Study

from skkeras.model_selection.backend import fit_backend
from skkeras.model_selection.ensemble import check_ensemble
from skkeras.model_selection.evaluation import Evaluator
from skkeras.model_selection.folds import what_decides_scores
from skkeras.model_selection.initial_trials import AUTO
from skkeras.model_selection.running import search_study
from skkeras.model_selection.scoring_names import scoring_names
from skkeras.model_selection.sklearn_internals import BatchSearchCV
from skkeras.model_selection.spaces import as_space
from skkeras.model_selection.storage import (
    StorageURL,
)
from skkeras.model_selection.study import is_kept, opened_study
from skkeras.sklearn_internals import Interval, StrOptions, constrained  # pyright: ignore[reportAttributeAccessIssue]

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial
    from sklearn.base import BaseEstimator

    from skkeras.estimators.typing import RandomState, SparseMatrix
    from skkeras.model_selection.typing import CrossValidation, Scoring, SearchSpace


@constrained(
    param_distributions=[dict, callable],
    n_trials=[Interval(Integral, 1, None, closed="left"), None],
    timeout=[Interval(Real, 0, None, closed="left"), None],
    sampler=[BaseSampler, None],
    pruner=[BasePruner, None],
    storage=[str, os.PathLike, BaseStorage, None],
    study_name=[str, None],
    trials_per_batch=[Interval(Integral, 1, None, closed="left"), None],
    random_state=["random_state"],
    callbacks=["array-like", None],
    pruning_fraction=[Interval(Real, 0, 1, closed="neither")],
    report_every=[Interval(Integral, 1, None, closed="left"), None],
    ensemble=[Interval(Integral, 1, None, closed="left"), None],
    study=[Study, None],
    initial_trials=[StrOptions({AUTO}), "array-like", None],
)
class OptunaSearchCV(BatchSearchCV):
    """Search hyperparameters with an Optuna sampler, by cross-validated score.

    Trials are evaluated in batches. Where the estimator, or the last step of the
    pipeline, is one of skkeras's, all folds of a batch's trials are trained as one
    compiled program; other estimators are fitted through joblib.

    Parameters
    ----------
    estimator : estimator
        Cloned for each fit. A pipeline's parameters are named as everywhere:
        ``"kerasmlpclassifier__hidden_layer_sizes"``.
    param_distributions : dict or callable
        What to search: a dict from parameter names to Optuna distributions, to lists
        of choices or to scipy distributions; or a function ``define(trial)`` that
        asks an Optuna trial for suggestions and returns a dict of parameters. Choices
        may be of any type; a storage keeps names of them. An empty dict is one
        candidate, the estimator as it is.
        :func:`~skkeras.model_selection.mlp_space` makes one for the perceptrons.
    n_trials : int or None, default=20
        Trials of the whole study, all runs and processes together. None sets no limit.
    timeout : float, default=None
        Seconds after which no further trial is begun.
    scoring : str, callable, list, tuple or dict, default=None
        As in :class:`~sklearn.model_selection.GridSearchCV`. The sampler maximises the
        metric that `refit` names, or the first.
    cv : int, cross-validation generator or iterable, default=None
        As in GridSearchCV; split once, so that all trials see the same folds.
    refit : bool, str or callable, default=True
        As in GridSearchCV.
    sampler : optuna.samplers.BaseSampler, default=None
        Proposes parameters; copied, so that each fit begins with it as it was given.
        None means TPE [1]_ with ``random_state``.
    pruner : optuna.pruners.BasePruner, default=None
        Ends hopeless trials early; see Notes.
    storage : str, os.PathLike or optuna.storages.BaseStorage, default=None
        Where the study is kept: None for memory, a database URL
        (``"sqlite:///study.db"``, ``"postgresql://..."``), or a path for Optuna's
        journal file.
    study_name : str, default=None
        A study of this name in the storage is continued.
    trials_per_batch : int, default=None
        Trials evaluated together, of which the sampler learns together. None means 10
        for fused training, otherwise what keeps ``n_jobs`` busy.
    n_jobs : int, default=None
        Parallel fits of joblib. Leave it at None for fused training.
    random_state : int, RandomState instance or None, default=None
        Seeds the default sampler and the choice of rows that a pruner watches.
    error_score : "raise" or float, default=np.nan
        Score of a fold whose fit fails; the trial is then recorded as failed.
    return_train_score : bool, default=False
        Whether to score the training folds as well.
    callbacks : list of callable, default=None
        Called as ``callback(study, trial)`` after each trial, as Optuna does. For
        scikit-learn's callbacks see ``set_callbacks``.
    verbose : int, default=0
        1 shows a progress bar.
    pruning_fraction : float in (0, 1), default=0.15
        Share of each training fold that is set aside for a pruner to watch; nothing
        is set aside without a pruner.
    report_every : int, default=None
        Epochs between reports to the pruner. None means the pruner's own rungs; see
        Notes.
    ensemble : int, default=None
        Most members of an ensemble of trials, which ``best_estimator_`` then is;
        None for the best trial alone. See Notes.
    study : optuna.Study, default=None
        A study of yours to continue, in its own storage and with its own sampler,
        unless `sampler` is given. Its pruner is not used: pass it as `pruner`. Trials
        that you have run in it yourself count in `n_trials`, and have no row in
        ``cv_results_``.
    initial_trials : "auto", list of dict or None, default="auto"
        Tried before the sampler proposes any, as Optuna's ``enqueue_trial`` takes
        them: by the names that the space suggests. ``{}`` stands for the estimator as
        it is, and ``"auto"`` begins with that; see Notes.

    Attributes
    ----------
    best_params_ : dict
        Parameters of the best trial.
    best_score_ : float
        Its mean test score.
    best_index_ : int
        Its row in ``cv_results_``.
    best_estimator_ : estimator
        Fitted with them on all rows, unless ``refit=False``. With `ensemble`, a
        :class:`~sklearn.ensemble.VotingClassifier` or
        :class:`~sklearn.ensemble.VotingRegressor` of several trials.
    cv_results_ : dict of ndarrays
        Every finished trial of the study, in its order, as in GridSearchCV. Pruned
        trials have NaN scores.
    study_ : optuna.Study
        For Optuna's visualisations, importances and dashboard.
    n_splits_ : int
        Number of folds.
    multimetric_ : bool
        Whether several metrics were scored.
    scorer_ : function or dict
        The scorers.
    refit_time_ : float
        Seconds that fitting ``best_estimator_`` took.
    ensemble_weights_ : ndarray of shape (n_trials,)
        Share of each row of ``cv_results_`` in the ensemble; only with `ensemble`.
    ensemble_score_ : float
        Mean test score of the ensemble on the folds; only with `ensemble`. It flatters:
        members and weights were chosen by the rows that they are scored on.

    See Also
    --------
    sklearn.model_selection.RandomizedSearchCV : Samples without learning from scores.

    Notes
    -----
    **Storage.** A search that is killed and started again with the same `study_name`
    goes on: finished trials count, interrupted ones are begun again. Several
    processes may work on one study; each ends with the same ``cv_results_``. A study
    remembers its data, folds, scoring, estimator and space: with others it is refused.

    **Processes that die.** What a killed process was running is begun again by another,
    or by the next. A trial whose process died while it trained with others is begun
    again in half their company, until it is alone: so those that had done nothing
    wrong are finished, however often machines are taken away. One that was alone when
    its process died, three times, is recorded as failed.

    **Pruning.** With a pruner, all folds of a batch's trials train to a rung, a number
    of epochs; there the primary metric on the rows set aside, averaged over the folds,
    is reported, with the number of the last epoch, from 0, as step, and those that go
    on are trained together. Successive halving and Hyperband [2]_ say themselves where
    their rungs are; median, percentile and threshold pruners are asked after a quarter
    and a half of the epochs, or when their warm-up is over and after twice as many;
    others after each tenth. `report_every` takes the place of all these.
    Estimators that cannot, and ``WilcoxonPruner`` with any, report once a fold, with
    the fold's number as step; their fits run in threads.

    **The beginning.** With ``initial_trials="auto"`` trial 0 is the estimator with its
    own parameters where the space, a dict, holds them all; and in
    :func:`~skkeras.model_selection.mlp_space` also where it does not, so that a search
    ends with nothing that scores lower. A new study alone begins so, and only with the
    default sampler: one of yours, and a study of yours, decide for themselves. ``{}``
    in a list is the estimator in any space. Where its parameters do not lie in it, they
    are an empty dict in ``cv_results_["params"]``, also as ``best_params_``, and the
    default sampler, which can only learn from trials in the space, does not see it.
    None begins with what the sampler proposes.

    **Ensembles.** With ``ensemble=k`` what trials predict for their test folds is kept.
    From the best ``2 * k`` different trials a mean of probabilities, or of numbers, is
    made in at most `k` additions, each time of the trial that raises the mean's score
    most; one may be added again [3]_. Those chosen are fitted on all rows, together.
    What other processes or earlier runs fitted is fitted on the folds once more, where
    it is among the best. ``best_params_`` and ``best_score_`` stay those of the best
    trial, which is taken alone, with a warning, where it has no probabilities and no
    mean scores as well. Several targets a row, and scorings that look at more than
    predictions, are refused.

    References
    ----------
    .. [1] J. Bergstra, R. Bardenet, Y. Bengio, B. Kégl, "Algorithms for
       Hyper-Parameter Optimization", NeurIPS 2011.
    .. [2] L. Li, K. Jamieson, G. DeSalvo, A. Rostamizadeh, A. Talwalkar, "Hyperband: A
       Novel Bandit-Based Approach to Hyperparameter Optimization", JMLR 18, 2018.
    .. [3] R. Caruana, A. Niculescu-Mizil, G. Crew, A. Ksikes, "Ensemble Selection from
       Libraries of Models", ICML 2004.

    Examples
    --------
    >>> from scipy.stats import loguniform
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skkeras.model_selection import OptunaSearchCV
    >>> X, y = load_iris(return_X_y=True)
    >>> search = OptunaSearchCV(
    ...     LogisticRegression(max_iter=1000), {"C": loguniform(0.01, 100)},
    ...     n_trials=5, random_state=0,
    ... )
    >>> bool(search.fit(X, y).best_score_ > 0.9)
    True
    """

    best_params_: dict[str, Any]
    best_score_: float
    best_index_: int
    best_estimator_: Any
    cv_results_: dict[str, Any]
    study_: Study
    n_splits_: int
    multimetric_: bool
    scorer_: Any
    refit_time_: float
    ensemble_weights_: np.ndarray
    ensemble_score_: float

    _heartbeat = 5.0  # seconds
    _grace = 30.0  # seconds without a heartbeat after which a worker counts as dead

    def __init__(
        self,
        estimator: BaseEstimator,
        param_distributions: SearchSpace,
        *,
        n_trials: int | None = 20,
        timeout: float | None = None,
        scoring: Scoring = None,
        cv: CrossValidation = None,
        refit: bool | str | Callable[..., Any] = True,
        sampler: BaseSampler | None = None,
        pruner: BasePruner | None = None,
        storage: str | os.PathLike[str] | BaseStorage | None = None,
        study_name: str | None = None,
        trials_per_batch: int | None = None,
        n_jobs: int | None = None,
        random_state: RandomState = None,
        error_score: Literal["raise"] | float = np.nan,
        return_train_score: bool = False,
        callbacks: Sequence[Callable[[Study, FrozenTrial], Any]] | None = None,
        verbose: int = 0,
        pruning_fraction: float = 0.15,
        report_every: int | None = None,
        ensemble: int | None = None,
        study: Study | None = None,
        initial_trials: Sequence[Mapping[str, Any]] | Literal["auto"] | None = "auto",
    ) -> None:
        super().__init__(
            estimator,
            scoring=scoring,
            n_jobs=n_jobs,
            refit=refit,
            cv=cv,
            verbose=verbose,
            error_score=error_score,
            return_train_score=return_train_score,
        )
        self.param_distributions = param_distributions
        self.n_trials = n_trials
        self.timeout = timeout
        self.sampler = sampler
        self.pruner = pruner
        self.storage = storage
        self.study_name = study_name
        self.trials_per_batch = trials_per_batch
        self.random_state = random_state
        self.callbacks = callbacks
        self.pruning_fraction = pruning_fraction
        self.report_every = report_every
        self.ensemble = ensemble
        self.study = study
        self.initial_trials = initial_trials

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Get the parameters; a storage URL among them prints no password.

        Parameters
        ----------
        deep : bool, default=True
            Whether to include the parameters of the estimator.

        Returns
        -------
        dict
            Values by name.
        """
        params = super().get_params(deep=deep)
        if type(params["storage"]) is str:
            params["storage"] = StorageURL(params["storage"])
        return params

    def fit(
        self, X: ArrayLike | SparseMatrix, y: ArrayLike | None = None, **params: Any
    ) -> Self:
        """Search, and fit the best parameters on all rows.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Training rows.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
            Targets.
        **params : dict
            ``groups`` for the splitter, ``sample_weight`` and whatever else the
            estimator's fit takes.

        Returns
        -------
        self : OptunaSearchCV
            Fitted. A search that Ctrl-C ended is fitted with the best so far.

        Raises
        ------
        ValueError
            When no trial has a score; the message holds the first failure.
        ConnectionError
            When the storage cannot be opened, read or written: it is away, full,
            read-only or damaged. Trials that were finished stay in it.
        """
        with fit_backend(self):
            return super().fit(X, y, **params)

    def _split_once(self, X, y, params, split_params):
        """Split once: a splitter may shuffle differently at each call."""
        as_space(self.param_distributions)
        if self.ensemble is not None:
            check_ensemble(self, y)
        splits = list(self._cross_validator(y).split(X, y, **split_params))
        if not splits:
            raise ValueError(
                f"cv={self.cv!r} gave no splits. A generator is used up after one fit: "
                "pass a list of (train, test), or a splitter."
            )
        self._comparable = None
        if is_kept(self):
            names = scoring_names(self.scoring)
            self._comparable = what_decides_scores(self, X, y, params, splits, names)
        return splits

    def _search_batches(self, fits, context):
        """Search in batches, and give all that the study then holds."""
        context = context.subcontext("search", max_subtasks=None)
        context.call_on_fit_task_begin(estimator=self)
        with opened_study(self) as study:
            evaluator = Evaluator(fits, context)
            out, results, weighing = search_study(self, study, evaluator)
        self.study_ = study
        self._keep_weighing(weighing)
        context.call_on_fit_task_end(estimator=self)
        return out, results, weighing and weighing.members

    def _keep_weighing(self, weighing):
        """Keep what came of an ensemble, and nothing of an earlier fit's."""
        for name in ("ensemble_weights_", "ensemble_score_"):
            vars(self).pop(name, None)
        if weighing is not None:
            self.ensemble_weights_ = weighing.weights
            self.ensemble_score_ = weighing.score
