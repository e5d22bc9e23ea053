"""A bar that shows how a search goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from optuna.trial import TrialState
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial


class SearchProgress:
    """Trials done, pruned and failed, the best score, and the time left.

    Parameters
    ----------
    verbose : int
        Shows nothing when 0.
    n_trials : int or None
        How many there will be.
    metric : str
        What the score is called.
    """

    def __init__(self, verbose: int, n_trials: int | None, metric: str) -> None:
        self._metric = metric
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("trials,"),
            TimeElapsedColumn(),
            TextColumn("so far,"),
            TimeRemainingColumn(),
            TextColumn("left"),
            console=Console(stderr=True),
            disable=not verbose,
        )
        self._task = self._bar.add_task("searching", total=n_trials)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *exception: Any) -> None:
        self._bar.stop()

    def show(self, trials: list[FrozenTrial]) -> None:
        """Show the state of the search.

        Parameters
        ----------
        trials : list of optuna.trial.FrozenTrial
            All that finished.
        """
        values: list[Any] = [t.value for t in trials if t.state == TrialState.COMPLETE]
        parts = [f"best {self._metric} {max(values):.4g}"] if values else []
        for state, word in ((TrialState.PRUNED, "pruned"), (TrialState.FAIL, "failed")):
            count = sum(t.state == state for t in trials)
            parts += [f"{count} {word}"] if count else []
        self._bar.update(
            self._task,
            completed=len(trials),
            description=", ".join(parts) or "searching",
        )
