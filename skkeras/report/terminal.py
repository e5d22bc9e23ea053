"""What the command shows while it runs and when it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from rich.console import Group
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from skkeras.report.answer import short_answer
from skkeras.report.benchmark import Observer
from skkeras.report.column_text import left_out_columns
from skkeras.report.keras_use import keras_names
from skkeras.report.matchup_text import matchup_table
from skkeras.report.problem import describe
from skkeras.report.text import mean_and_std, one_line, plural
from skkeras.report.workload import count_fits, expected_seconds

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.progress import Task

    from skkeras.report.benchmark import Settings, Study
    from skkeras.report.problem import Problem


def study_table(study: Study) -> RenderableType:
    """Format a study for a terminal.

    Parameters
    ----------
    study : Study
        With or without finished models.

    Returns
    -------
    rich renderable
    """
    parts = [
        Text(),
        Text(one_line(study.problem.name), style="bold"),
        Text(describe(study.problem)),
        Text(),
    ]
    if study.evaluations:
        parts += [
            _table(study.comparison),
            Text(),
            Text(short_answer(study.comparison)),
            Text(),
            *_verdicts(study.comparison),
        ]
    parts += [
        Text(one_line(f"{name} failed: {why}"), style="red")
        for name, why in study.failures.items()
    ]
    parts += [
        Text(one_line(f"{name}: {note}"), style="yellow")
        for name, notes in study.comparison.notes.items()
        for note in notes
    ]
    notes = [*left_out_columns(study.problem), *study.problem.caveats]
    parts += [Text(f"Note: {one_line(note)}", style="dim") for note in notes]
    return Group(*parts)


def _table(comparison):
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("")
    for metric in comparison.metrics:
        heading = one_line(metric.label).replace(" ", "\n")
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("fit s", justify="right", no_wrap=True)
    ours = keras_names(comparison.evaluations)
    for name, row in comparison.summary().iterrows():
        cells = [
            mean_and_std(row[m.name, "mean"], row[m.name, "std"]).replace(" ", "")
            for m in comparison.metrics
        ]
        seconds = f"{row['fit_seconds', 'mean']:.2f}"
        style = "bold" if name in ours else None
        table.add_row(Text(name), *cells, seconds, style=style)
    return table


def _verdicts(comparison):
    """Write what each Keras model comes to, two lines each, as terminals are narrow."""
    for row in matchup_table(comparison).to_dict("records"):
        yield Text.assemble(
            (one_line(row["model"]), "bold"),
            f" against {one_line(row['against'])}: ",
            (row["verdict"], "bold"),
        )
        yield Text(
            f"    gain {row['gain']}, 95% interval {row['95% interval']}, p "
            f"{row['p']}; a fit takes {row['one fit takes']}",
            style="dim",
        )


class TimeLeftColumn(ProgressColumn):
    """The time left, which goes down while a model is still being fitted.

    Rich's own stands still between two updates, which are minutes apart here.
    """

    def render(self, task: Task) -> Text:
        """Estimate it from the pace so far."""
        if not task.completed or task.total is None:
            return Text("-:--", style="progress.remaining")
        whole = task.fields["at"] * task.total / task.completed
        left = max(0, round(whole - (task.elapsed or 0.0)))
        minutes, rest = divmod(left, 60)
        return Text(f"{minutes}:{rest:02}", style="progress.remaining")


class Display(Observer):
    """A progress bar, and each table as soon as it is complete.

    Parameters
    ----------
    output : rich.console.Console
        Gets the tables.
    progress : rich.console.Console
        Gets the progress bar, if it is a terminal.
    models : dict of str to dict of str to estimator
        The models of each data set.
    settings : Settings
        How often each is fitted, and how many folds at once.
    """

    def __init__(
        self,
        output: Console,
        progress: Console,
        models: dict[str, dict[str, Any]],
        settings: Settings,
    ) -> None:
        self.output = output
        self.models, self.settings = models, settings
        self.running: float = 0.0
        self.bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=None),
            TextColumn("{task.percentage:.0f}%,"),
            TimeElapsedColumn(),
            TextColumn("so far,"),
            TimeLeftColumn(),
            TextColumn("left"),
            console=progress,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
            disable=not progress.is_terminal,
            expand=True,
        )
        total = sum(
            expected_seconds(name, model, settings)
            for named in models.values()
            for name, model in named.items()
        )
        self.task = self.bar.add_task("starting", total=total, at=0.0)

    def __enter__(self) -> Self:
        self.bar.start()
        return self

    def __exit__(self, *exception: Any) -> None:
        self.bar.stop()

    def model_started(self, problem: Problem, name: str) -> None:
        """Show the model in the bar."""
        model = self.models[problem.name][name]
        self.running = expected_seconds(name, model, self.settings)
        fits = plural(count_fits(model, self.settings), "fit")
        description = one_line(f"{problem.name}: {name}, {fits}")
        self.bar.update(self.task, description=description)

    def model_finished(self) -> None:
        """Move the bar on by what the model was expected to take."""
        self.bar.advance(self.task, self.running)
        (task,) = self.bar.tasks
        self.bar.update(self.task, at=task.elapsed or 0.0)

    def study_finished(self, study: Study) -> None:
        """Print the table, with the bar out of its way."""
        self.bar.stop()
        self.output.print(study_table(study))
        self.bar.start()
