"""The ``skkeras`` command."""

import logging
import os
from contextlib import contextmanager
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
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Task(StrEnum):
    """What to predict."""

    classification = "classification"
    regression = "regression"


Data = Annotated[
    list[str] | None,
    typer.Argument(
        help="Data sets by name (`skkeras datasets` lists them), openml:NAME, or "
        "CSV files; pima, iris and boston when none is named.",
        metavar="[NAME|FILE.csv]...",
        show_default=False,
    ),
]
OF_FILES = "CSV files"
Target = Annotated[
    str | None,
    typer.Option(
        help="The column of the CSV file to predict.",
        show_default=False,
        rich_help_panel=OF_FILES,
    ),
]
OfTask = Annotated[
    Task | None,
    typer.Option(
        help="What the CSV file's target is; inferred if not given.",
        show_default=False,
        rich_help_panel=OF_FILES,
    ),
]
Sep = Annotated[
    str | None,
    typer.Option(
        help="The character between cells, such as '|', or tab; found out if not "
        "given.",
        show_default=False,
        rich_help_panel=OF_FILES,
    ),
]
Drop = Annotated[
    list[str] | None,
    typer.Option(
        help="Columns that no model is to see, with commas between them.",
        show_default=False,
        rich_help_panel=OF_FILES,
    ),
]
Keep = Annotated[
    list[str] | None,
    typer.Option(
        help="Columns to use although they look like identifiers or text.",
        show_default=False,
        rich_help_panel=OF_FILES,
    ),
]
Categorical = Annotated[
    list[str] | None,
    typer.Option(
        help="Columns whose numbers are names of categories.",
        show_default=False,
        rich_help_panel=OF_FILES,
    ),
]
Date = Annotated[
    list[str] | None,
    typer.Option(
        help="Columns of dates, also where they are written as numbers.",
        show_default=False,
        rich_help_panel=OF_FILES,
    ),
]
Groups = Annotated[
    str | None,
    typer.Option(
        help="A column, such as that of patients: rows that share its value stay in "
        "one fold.",
        show_default=False,
        rich_help_panel=OF_FILES,
    ),
]
Time = Annotated[
    str | None,
    typer.Option(
        help="A column of dates or numbers that orders the rows: models are tested on "
        "later rows than they are trained on.",
        show_default=False,
        rich_help_panel=OF_FILES,
    ),
]
Out = Annotated[str, typer.Option(help="Folder for the report.")]
Folds = Annotated[
    int | None,
    typer.Option(
        help=f"Folds of the cross-validation, {FULL['folds']} if not given, "
        f"{QUICK['folds']} with --quick.",
        show_default=False,
    ),
]
Repeats = Annotated[int, typer.Option(help="How often to shuffle and split anew.")]
Seed = Annotated[int, typer.Option(help="Decides the folds, seeds the models.")]
Quick = Annotated[
    bool,
    typer.Option(
        "--quick",
        help="Fewer folds and epochs, smaller models: a first look.",
    ),
]
Trials = Annotated[
    int | None,
    typer.Option(
        help="Trials of the searches that tune each model in each fold, "
        f"{FULL['trials']} if not given, {QUICK['trials']} with --quick; with 0 no "
        "model is tuned.",
        show_default=False,
    ),
]
Models = Annotated[
    list[str] | None,
    typer.Option(
        help="Names of the models to compare, with commas between them; all if "
        "not given.",
        show_default=False,
    ),
]
Scoring = Annotated[
    list[str] | None,
    typer.Option(
        help="Metrics, the deciding one first, with commas between them: "
        "accuracy, roc_auc, log_loss, r2, rmse, mae or one of scikit-learn's.",
        show_default=False,
    ),
]
DecidingMetric = Annotated[
    str | None,
    typer.Option(
        "--metric",
        help="The metric that decides, beside the others; as for --scoring.",
        show_default=False,
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        help="Folds of classic models fitted side by side, each in a process of "
        "its own; -1 for one a core, which is the default but with --quick. Keras "
        "models train all folds at once in any case.",
        show_default=False,
    ),
]
From = Annotated[
    str | None,
    typer.Option(
        "--from",
        help="A report.json: run the same again and say what differs. Of the "
        "other options only --out counts.",
        metavar="report.json",
    ),
]
Resume = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="Go on with the report in --out, which was not finished: what is "
        "measured is kept. Its own options count, no others.",
    ),
]


def _list_models(value: bool) -> None:
    if value:
        from rich.console import Console

        from skkeras.report.listing import models_table

        Console().print(models_table())
        raise typer.Exit


ListModels = Annotated[
    bool,
    typer.Option(
        "--list-models",
        callback=_list_models,
        is_eager=True,
        help="List the models that there are, and stop.",
    ),
]


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
    """Accept the options that come before a command."""


def _names(texts):
    """Split an option that was given once with commas, or several times."""
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
    data: Data = None,
    target: Target = None,
    task: OfTask = None,
    sep: Sep = None,
    drop: Drop = None,
    keep: Keep = None,
    categorical: Categorical = None,
    date: Date = None,
    groups: Groups = None,
    time: Time = None,
    out: Out = "skkeras-report",
    folds: Folds = None,
    repeats: Repeats = 1,
    seed: Seed = 0,
    quick: Quick = False,
    trials: Trials = None,
    models: Models = None,
    scoring: Scoring = None,
    metric: DecidingMetric = None,
    jobs: Jobs = None,
    from_: From = None,
    resume: Resume = False,
    list_models: ListModels = False,
) -> None:
    """Compare Keras models with classic models, and write a report.

    Each model is cross-validated on the same folds. The tables are printed, and a
    page with all the evidence and every single score is written to the folder --out.
    Folds are written there as they are finished; --resume goes on from them.
    """
    from skkeras.report.command import Request

    request = Request(
        data=tuple(data or ()),
        target=target,
        task=task.value if task else None,
        sep="\t" if sep in ("tab", "\\t") else sep,
        drop=tuple(drop or ()),
        keep=tuple(keep or ()),
        categorical=tuple(categorical or ()),
        date=tuple(date or ()),
        groups=groups,
        time=time,
        out=out,
        repeats=repeats,
        seed=seed,
        quick=quick,
        models=_names(models),
        scoring=_names(scoring),
        metric=metric,
        **_with_defaults(quick, folds=folds, trials=trials, jobs=jobs),
    )
    with _exiting_on_input_error():
        status = _execute(request, from_, resume)
    raise typer.Exit(status)


def _with_defaults(quick, **given):
    """Fill in the options whose defaults depend on ``--quick``."""
    defaults = QUICK if quick else FULL
    return {
        name: defaults[name] if value is None else value
        for name, value in given.items()
    }


def _execute(request, earlier, resume):
    """Run a new benchmark, repeat that of a report, or finish one."""
    from skkeras.report.command import execute, execute_again, execute_rest
    from skkeras.report.errors import InputError

    if earlier and resume:
        raise InputError("--from begins a new report, --resume goes on with one")
    if earlier:
        return execute_again(earlier, request.out)
    return execute_rest(request.out) if resume else execute(request)


@contextmanager
def _exiting_on_input_error():
    """Print an `InputError` on one line, and exit with status 2.

    Likewise where the library that Keras is to run on is not installed.
    """
    from skkeras.missing_backend import MissingBackend
    from skkeras.report.errors import InputError
    from skkeras.report.text import one_line

    try:
        yield
    except (InputError, MissingBackend) as error:
        typer.echo(f"skkeras: {one_line(error)}", err=True)
        raise typer.Exit(2) from None


def main() -> None:
    """Run the command, with TensorFlow's own log kept out of its output."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    app()
