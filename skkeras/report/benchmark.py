"""Many models on several data sets, so that what is finished is never lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from skkeras.report.baselines import FULL, QUICK, classic_models, keras_models
from skkeras.report.comparison import Comparison
from skkeras.report.errors import InputError, error_line
from skkeras.report.evaluation import Evaluation, evaluate
from skkeras.report.keeper import Keeper
from skkeras.report.metrics import Metric
from skkeras.report.over_datasets import OverDatasets, over_datasets
from skkeras.report.problem import Problem
from skkeras.report.problem_metrics import problem_metrics
from skkeras.report.problem_splits import inner_folds, problem_splits
from skkeras.report.splits import Split
from skkeras.report.tuned import INNER_FOLDS, tuned_models

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline


@dataclass(frozen=True)
class Settings:
    """How to measure.

    Parameters
    ----------
    folds : int, default=10
        Folds in a repeat.
    repeats : int, default=1
        How often to shuffle and split anew.
    seed : int, default=0
        Decides the folds and seeds the models.
    quick : bool, default=False
        Whether the models are made smaller.
    trials : int, default=0
        Trials of each tuned model's search in each fold; 0 leaves tuned models out.
    scoring : tuple of str, default=()
        What to measure, the primary metric first; empty means each task's own.
    metric : str or None, default=None
        The metric that decides; None means the first.
    jobs : int or None, default=None
        How many folds of classic models are fitted side by side.
    """

    folds: int = 10
    repeats: int = 1
    seed: int = 0
    quick: bool = False
    trials: int = 0
    scoring: tuple[str, ...] = ()
    metric: str | None = None
    jobs: int | None = None


@dataclass(eq=False)
class Study:
    """The models on one data set, as far as they are finished.

    Parameters
    ----------
    problem : Problem
        The data set.
    metrics : list of Metric
        What is measured.
    splits : list of Split
        The folds.
    evaluations : list of Evaluation
        The models that are finished.
    failures : dict of str to str
        What went wrong with the models that raised.
    """

    problem: Problem
    metrics: list[Metric]
    splits: list[Split]
    evaluations: list[Evaluation] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)
    _comparison: Comparison | None = field(default=None, init=False, repr=False)

    @property
    def comparison(self) -> Comparison:
        """The finished models, as a Comparison; the same one until another is."""
        finished = tuple(self.evaluations)
        if self._comparison is None or self._comparison.evaluations != finished:
            self._comparison = Comparison(
                tuple(self.metrics), finished, tuple(self.splits), self.problem.classes
            )
        return self._comparison


@dataclass(frozen=True)
class Benchmark:
    """Everything that was measured.

    Parameters
    ----------
    settings : Settings
        How.
    studies : list of Study
        One a data set that has a finished or a failed model.
    interrupted : bool
        Whether the user stopped it before the end.
    """

    settings: Settings
    studies: list[Study]
    interrupted: bool

    @property
    def scores(self) -> pd.DataFrame:
        """The tidy scores of all data sets, their name in the first column."""
        tables = [
            study.comparison.scores.assign(dataset=study.problem.name)
            for study in self.studies
            if study.evaluations
        ]
        scores = pd.concat(tables, ignore_index=True)
        return scores[["dataset", *scores.columns.drop("dataset")]]

    @cached_property
    def over_datasets(self) -> OverDatasets | None:
        """What the data sets say together; None with fewer than three of them.

        It is worked out once, when it is first asked for.
        """
        return over_datasets([s.comparison for s in self.studies if s.evaluations])


class Observer:
    """Base class of what follows a run; handles no event itself."""

    def model_started(self, problem: Problem, name: str) -> None:
        """Handle the start of a model's cross-validation."""

    def model_finished(self) -> None:
        """Handle its end, whether it failed or not."""

    def study_finished(self, study: Study) -> None:
        """Handle the end of the last model of a data set."""


def default_models(problem: Problem, settings: Settings) -> dict[str, Pipeline]:
    """Create the models to compare on a problem.

    Parameters
    ----------
    problem : Problem
        Its task decides.
    settings : Settings
        Their seed and size.

    Returns
    -------
    dict of str to Pipeline
    """
    how: dict[str, Any] = {
        "random_state": settings.seed,
        "size": QUICK if settings.quick else FULL,
    }
    models = classic_models(problem.task, **how) | keras_models(problem.task, **how)
    if settings.trials == 0:
        return models
    metrics = problem_metrics(problem, settings.scoring, settings.metric)
    return models | tuned_models(
        models,
        problem.task,
        scorer=metrics[0].scorer,
        trials=settings.trials,
        cv=inner_folds(problem, INNER_FOLDS, settings.seed),
        random_state=settings.seed,
    )


def run(
    problems: list[Problem],
    settings: Settings,
    models: dict[str, dict[str, Any]],
    observer: Observer,
    keeper: Keeper | None = None,
) -> Benchmark:
    """Cross-validate every model on every problem.

    Parameters
    ----------
    problems : list of Problem
        The data sets.
    settings : Settings
        How to measure.
    models : dict of str to dict of str to estimator
        The models of each problem, by its name.
    observer : Observer
        Is told what is happening.
    keeper : Keeper or None, default=None
        Knows models that were finished earlier, and keeps each that is finished.

    Returns
    -------
    Benchmark
        With what was finished, also where the user pressed Ctrl-C. A model that raises
        is kept as a failure and does not stop the others.
    """
    keeper = keeper or Keeper()
    studies = []
    unreported = None
    interrupted = False
    try:
        for problem in problems:
            unreported = _begin(problem, settings)
            studies.append(unreported)
            so_far = Benchmark(settings, studies, interrupted=True)
            _run_study(unreported, so_far, models[problem.name], observer, keeper)
            observer.study_finished(unreported)
            unreported = None
    except KeyboardInterrupt:
        interrupted = True
        studies = [study for study in studies if study.evaluations or study.failures]
        if unreported is not None and unreported in studies:
            observer.study_finished(unreported)
    return Benchmark(settings, studies, interrupted)


def _begin(problem, settings):
    metrics = problem_metrics(problem, settings.scoring, settings.metric)
    splits = problem_splits(
        problem,
        folds=settings.folds,
        repeats=settings.repeats,
        random_state=settings.seed,
    )
    return Study(problem, metrics, splits)


def _run_study(study, benchmark, models, observer, keeper):
    for name, model in models.items():
        observer.model_started(study.problem, name)
        known = keeper.recall(study, name, model)
        evaluation = known or _evaluated(study, benchmark, name, model, keeper)
        if evaluation is not None:
            study.evaluations.append(evaluation)
            if known is None:
                keeper.keep(benchmark, study, evaluation)
        observer.model_finished()


def _evaluated(study, benchmark, name, model, keeper):
    """Cross-validate a model; None where it failed, which is noted in the study."""
    try:
        return evaluate(
            name,
            model,
            study.problem.X,
            study.problem.y,
            splits=study.splits,
            metrics=study.metrics,
            groups=study.problem.groups,
            n_jobs=benchmark.settings.jobs,
            begun=keeper.recall_begun(study, name, model),
            keep=partial(keeper.keep_begun, benchmark, study),
        )
    except InputError:  # of what is kept, not of the model
        raise
    except Exception as error:
        study.failures[name] = error_line(error)
