"""The ``skkeras`` command."""

import logging
import os
from enum import StrEnum
from typing import Annotated

import typer

import skkeras

FULL = {"folds": 10, "trials": 10, "jobs": -1}
QUICK = {"folds": 3, "trials": 0, "jobs": 1}  # starting processes takes longer

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


def _print_version(value: bool) -> None:
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
) -> None:
    """Take the options that stand before a command."""


def _names(texts):
    """Take apart what was given once, with commas, or several times."""
    parts = ",".join(texts or []).split(",")
    return tuple(name.strip() for name in parts if name.strip())


@app.command()
def datasets() -> None:
    """List the data sets that are known by name."""
    from rich.console import Console

    from skkeras.report.listing import catalogue_table

    Console().print(catalogue_table())


@app.command()
def benchmark(
    data: Annotated[
        list[str] | None,
        typer.Argument(
            help="Data sets by name (`skkeras datasets` lists them), openml:NAME, or "
            "CSV files; pima, iris and boston when none is named.",
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
            help=f"Folds of the cross-validation, {FULL['folds']} if not given, "
            f"{QUICK['folds']} with --quick.",
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
            "--quick",
            help="Fewer folds and epochs, smaller models: a first look.",
        ),
    ] = False,
    trials: Annotated[
        int | None,
        typer.Option(
            help="Trials of the searches that tune each model in each fold, "
            f"{FULL['trials']} if not given, {QUICK['trials']} with --quick; with 0 no "
            "model is tuned.",
            show_default=False,
        ),
    ] = None,
    models: Annotated[
        list[str] | None,
        typer.Option(
            help="Names of the models to compare, with commas between them; all if "
            "not given.",
            show_default=False,
        ),
    ] = None,
    scoring: Annotated[
        list[str] | None,
        typer.Option(
            help="Metrics, the deciding one first, with commas between them: "
            "accuracy, roc_auc, log_loss, r2, rmse, mae or one of scikit-learn's.",
            show_default=False,
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            help="Folds of classic models fitted side by side, each in a process of "
            "its own; -1 for one a core, which is the default but with --quick. Keras "
            "models train all folds at once in any case.",
            show_default=False,
        ),
    ] = None,
    from_: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="A report.json: run the same again and say what differs. Of the "
            "other options only --out counts.",
            metavar="report.json",
        ),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="Go on with the report in --out, which was not finished: what is "
            "measured is kept. Its own options count, no others.",
        ),
    ] = False,
) -> None:
    """Compare Keras models with classic models, and write a report.

    Each model is cross-validated on the same folds. The tables are printed, and a
    page with all the evidence and every single score is written to the folder --out.
    Each model is written there as soon as it is finished; --resume goes on from them.
    """
    from skkeras.report.command import Request, execute, execute_again, execute_rest
    from skkeras.report.errors import InputError
    from skkeras.report.text import one_line

    usual = QUICK if quick else FULL
    request = Request(
        data=tuple(data or ()),
        target=target,
        task=task.value if task else None,
        out=out,
        folds=usual["folds"] if folds is None else folds,
        repeats=repeats,
        seed=seed,
        quick=quick,
        trials=usual["trials"] if trials is None else trials,
        models=_names(models),
        scoring=_names(scoring),
        jobs=usual["jobs"] if jobs is None else jobs,
    )
    try:
        if from_ and resume:
            raise InputError("--from begins a new report, --resume goes on with one")
        if from_:
            status = execute_again(from_, out)
        else:
            status = execute_rest(out) if resume else execute(request)
    except InputError as error:
        typer.echo(f"skkeras: {one_line(str(error))}", err=True)
        status = 2
    raise typer.Exit(status)


def main() -> None:
    """Run the command, with TensorFlow's own log kept out of its output."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    app()
