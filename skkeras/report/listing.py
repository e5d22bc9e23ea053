"""What there is to choose from, as tables."""

from __future__ import annotations

from typing import Literal

from rich.table import Table

from skkeras.report.baselines import (
    KERAS_MLP,
    KERAS_MODELS,
    TASKS,
    classic_models,
)
from skkeras.report.catalogue import CATALOGUE
from skkeras.report.tuned import SPACES


def catalogue_table() -> Table:
    """Format the catalogue for a terminal.

    Returns
    -------
    rich.table.Table
    """
    table = _table(
        ("name", "left"),
        ("rows", "right"),
        ("features", "right"),
        ("task", "left"),
        ("predicts", "left"),
    )
    for name, entry in CATALOGUE.items():
        rows, features = entry.bunch().data.shape
        table.add_row(name, str(rows), str(features), entry.task, entry.predicts)
    return table


def models_table() -> Table:
    """Format the models of a benchmark for a terminal.

    Returns
    -------
    rich.table.Table
    """
    table = _table(("name", "left"), ("task", "left"), ("tuned over", "left"))
    by_task = {task: [*classic_models(task), *KERAS_MODELS] for task in TASKS}
    for name in dict.fromkeys(name for names in by_task.values() for name in names):
        tasks = [task for task in TASKS if name in by_task[task]]
        _, space = SPACES.get((tasks[0], name), ("", {}))
        if name == KERAS_MLP:
            space = dict.fromkeys(("layers", "units", "learning rate", "l2"))
        task = "both" if len(tasks) > 1 else tasks[0]
        table.add_row(name, task, ", ".join(space))
    return table


def _table(*columns: tuple[str, Literal["left", "right"]]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for heading, justify in columns:
        table.add_column(heading, justify=justify)
    return table
