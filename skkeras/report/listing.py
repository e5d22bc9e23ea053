"""The catalogue as a table."""

from __future__ import annotations

from typing import Literal

from rich.table import Table

from skkeras.report.catalogue import CATALOGUE


def catalogue_table() -> Table:
    """Format the catalogue for a terminal.

    Returns
    -------
    rich.table.Table
    """
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    columns: list[tuple[str, Literal["left", "right"]]] = [
        ("name", "left"),
        ("rows", "right"),
        ("features", "right"),
        ("task", "left"),
        ("predicts", "left"),
    ]
    for heading, justify in columns:
        table.add_column(heading, justify=justify)
    for name, entry in CATALOGUE.items():
        rows, features = entry.bunch().data.shape
        table.add_row(name, str(rows), str(features), entry.task, entry.predicts)
    return table
