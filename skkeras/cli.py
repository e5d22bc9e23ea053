"""The ``skkeras`` command."""

import logging
import os
from enum import StrEnum
from typing import Annotated

import typer

import skkeras

DEFAULT_FOLDS = 10
QUICK_FOLDS = 3

app = typer.Typer(
    name="skkeras",
    help="Keras models as scikit-learn estimators, compared with classic models.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


class Task(StrEnum):
    """What to predict."""

    classification = "classification"
    regression = "regression"


def _print_version(value: bool):
    if value:
        typer.echo(f"skkeras {skkeras.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_print_version,
            is_eager=True,
            help="Show the version.",
        ),
    ] = False,
):
    """Take the options that stand before a command."""


@app.command()
def datasets():
    """List the data sets that come with skkeras."""
    from rich.console import Console

    from skkeras.report.listing import catalogue_table

    Console().print(catalogue_table())


@app.command()
def benchmark(
    data: Annotated[
        list[str] | None,
        typer.Argument(
            help="pima, iris, boston, or a CSV file; all three when none is named.",
            metavar="[NAME|FILE.csv]...",
            show_default=False,
        ),
    ] = None,
    target: Annotated[
        str | None, typer.Option(help="The column of the CSV file to predict.")
    ] = None,
    task: Annotated[
        Task | None,
        typer.Option(help="What the CSV file's target is; inferred if not given."),
    ] = None,
    out: Annotated[str, typer.Option(help="Folder for the report.")] = "skkeras-report",
    folds: Annotated[
        int | None,
        typer.Option(
            help=f"Folds of the cross-validation, {DEFAULT_FOLDS} if not given, "
            f"{QUICK_FOLDS} with --quick.",
            show_default=False,
        ),
    ] = None,
    repeats: Annotated[
        int, typer.Option(help="How often to shuffle and split anew.")
    ] = 1,
    seed: Annotated[int, typer.Option(help="Decides the folds, seeds the models.")] = 0,
    quick: Annotated[
        bool,
        typer.Option(
            "--quick", help="Fewer folds and epochs, smaller models: a first look."
        ),
    ] = False,
):
    """Compare Keras models with classic models, and write a report.

    Each model is cross-validated on the same folds. The tables are printed, and
    written with every single score to the folder --out. Ctrl-C keeps what is finished.
    """
    from skkeras.report.command import Request, execute
    from skkeras.report.errors import InputError
    from skkeras.report.text import one_line

    request = Request(
        data=tuple(data or ()),
        target=target,
        task=task.value if task else None,
        out=out,
        folds=folds if folds is not None else QUICK_FOLDS if quick else DEFAULT_FOLDS,
        repeats=repeats,
        seed=seed,
        quick=quick,
    )
    try:
        status = execute(request)
    except InputError as error:
        typer.echo(f"skkeras: {one_line(error)}", err=True)
        status = 2
    raise typer.Exit(status)


def main():
    """Run the command, with TensorFlow's own log kept out of its output."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    app()
