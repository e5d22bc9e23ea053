"""What ``skkeras benchmark`` does, from its options to its exit status."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from skkeras.report.benchmark import Settings, default_models, run
from skkeras.report.catalogue import CATALOGUE, DEFAULTS, problem_by_name
from skkeras.report.columns import Choices
from skkeras.report.document import QUICK_WARNING
from skkeras.report.errors import InputError, did_you_mean
from skkeras.report.folder_keeper import FolderKeeper
from skkeras.report.interrupt import STATUS, heeding_ctrl_c
from skkeras.report.openml import PREFIX
from skkeras.report.problem import problem_from_csv
from skkeras.report.problem_checks import check_folds, check_scale, check_size
from skkeras.report.problem_metrics import check_metrics
from skkeras.report.problem_splits import problem_splits
from skkeras.report.provenance import provenance, to_json
from skkeras.report.rerun import differences, read_manifest
from skkeras.report.save import make_folder, save
from skkeras.report.startup import load_what_jax_loads_late, without_startup_log
from skkeras.report.terminal import Display
from skkeras.report.text import one_line

OK, MODEL_FAILED, INTERRUPTED = 0, 1, STATUS
LARGEST_SEED = 2**32 - 1
OF_FILES = (
    *("target", "task", "sep"),
    *("drop", "keep", "categorical", "date", "groups", "time"),
)


@dataclass(frozen=True)
class Request:
    """The options of the command.

    Parameters
    ----------
    data : tuple of str
        Names and CSV files; empty means Pima, Iris and Boston.
    target, task : str or None
        Of the CSV files.
    sep : str or None
        What stands between the cells of CSV files.
    drop, keep, categorical, date : tuple of str
        Columns of CSV files that are not to be used, are to be used whatever they look
        like, hold names of categories, and hold dates.
    groups, time : str or None
        Column of CSV files by which rows are kept together in a fold, or ordered.
    out : str
        Folder for the report.
    folds, repeats, seed : int
        How to measure.
    quick : bool
        Whether the models are made smaller.
    trials : int
        Of each tuned model's search; 0 leaves tuned models out.
    models : tuple of str
        Names of the models to compare; empty means all.
    scoring : tuple of str
        What to measure; empty means each task's own metrics.
    metric : str or None
        The metric that decides, put before the others.
    jobs : int or None
        How many folds of classic models are fitted side by side.
    """

    data: tuple[str, ...] = ()
    target: str | None = None
    task: str | None = None
    sep: str | None = None
    drop: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    categorical: tuple[str, ...] = ()
    date: tuple[str, ...] = ()
    groups: str | None = None
    time: str | None = None
    out: str = "skkeras-report"
    folds: int = 10
    repeats: int = 1
    seed: int = 0
    quick: bool = False
    trials: int = 0
    models: tuple[str, ...] = ()
    scoring: tuple[str, ...] = ()
    metric: str | None = None
    jobs: int | None = None

    @property
    def choices(self) -> Choices:
        """What is said of the columns."""
        return Choices(
            drop=self.drop,
            keep=self.keep,
            categorical=self.categorical,
            date=self.date,
            groups=self.groups,
            time=self.time,
        )


def execute(
    request: Request, earlier: dict[str, Any] | None = None, *, resume: bool = False
) -> int:
    """Measure, print and write.

    Parameters
    ----------
    request : Request
        What to do.
    earlier : dict or None, default=None
        The contents of a ``report.json`` to compare with.
    resume : bool, default=False
        Whether to take models that are finished from the report's folder.

    Returns
    -------
    int
        0; 1 if a model failed; 130 if the user pressed Ctrl-C.

    Raises
    ------
    InputError
        If something in `request` cannot be used. Nothing was measured.
    """
    _check_numbers(request)
    problems = _problems(request)
    for problem in problems:
        check_size(problem)
        check_scale(problem)
        check_folds(problem, request.folds)
        check_metrics(problem, request.scoring, request.metric)
        problem_splits(
            problem,
            folds=request.folds,
            repeats=request.repeats,
            random_state=request.seed,
        )
    folder = make_folder(request.out)
    settings = Settings(
        folds=request.folds,
        repeats=request.repeats,
        seed=request.seed,
        quick=request.quick,
        trials=request.trials,
        scoring=request.scoring,
        metric=request.metric,
        jobs=request.jobs,
    )
    output, progress = Console(), Console(stderr=True)
    if progress.is_terminal:
        progress.print("Loading TensorFlow ...", end="\r")
    with without_startup_log():
        models = _selected(
            {p.name: default_models(p, settings) for p in problems}, request.models
        )
        load_what_jax_loads_late()
    keeper = FolderKeeper(folder, provenance(asdict(request)), resume=resume)
    with heeding_ctrl_c(), Display(output, progress, models, settings) as display:
        benchmark = run(problems, settings, models, display, keeper)
    return _conclude(benchmark, request, keeper, output, earlier)


def execute_again(path: str, out: str) -> int:
    """Measure what a report measured, and list what differs.

    Parameters
    ----------
    path : str
        A ``report.json``.
    out : str
        Folder for the new report.

    Returns
    -------
    int
        As `execute`.

    Raises
    ------
    InputError
        If the file is no report, or something in it cannot be used.
    """
    earlier = read_manifest(path, "--from")
    return execute(_request_of(earlier, out), earlier)


def execute_rest(out: str) -> int:
    """Measure what a report still lacks, and write the whole report.

    Parameters
    ----------
    out : str
        The folder of a report that was not finished.

    Returns
    -------
    int
        As `execute`.

    Raises
    ------
    InputError
        If there is no report, or it was measured otherwise than it would be now.
    """
    manifest = read_manifest(Path(out) / "report.json", "--resume")
    return execute(_request_of(manifest, out), resume=True)


def _request_of(manifest, out):
    """Return the options a report was made with, but for its folder."""
    known = {field.name for field in fields(Request)}
    options = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in manifest["command"].items()
        if name in known
    }
    return Request(**options | {"out": out})


def _selected(models, names):
    """Keep the models of those names; a data set may lack some, but not all."""
    if not names:
        return models
    known = {name.casefold(): name for of_one in models.values() for name in of_one}
    for name in names:
        if name.casefold() not in known:
            everything = list(known.values())
            raise InputError(
                f"--models {name!r} is no model"
                + (
                    did_you_mean(name, everything)
                    or f"; there are {', '.join(everything)}"
                )
            )
    wanted = {known[name.casefold()] for name in names}
    kept = {
        problem: {name: model for name, model in of_one.items() if name in wanted}
        for problem, of_one in models.items()
    }
    for problem, of_one in kept.items():
        if not of_one:
            raise InputError(
                f"--models {', '.join(names)}: none of them is for {problem}; there "
                f"are {', '.join(models[problem])}"
            )
    return kept


def _conclude(benchmark, request, keeper, output, earlier):
    folder = keeper.folder
    finished = any(study.evaluations for study in benchmark.studies)
    if finished:
        about = provenance(asdict(request))
        if earlier is not None:
            about["differences"] = differences(earlier, to_json(benchmark, about))
            output.print()
            output.print(Text("Beside the earlier report:"))
            for line in about["differences"]:
                output.print(Text(f"- {one_line(line)}"))
        save(benchmark, about, folder)
        written = f"Wrote {folder}/report.md, report.html, scores.csv and report.json."
    elif keeper.measurements.are_begun():
        written = "No model was finished; --resume goes on with the folds that were."
    else:
        written = "No model was finished, so nothing was written."
    stopped = "Stopped by Ctrl-C. " if benchmark.interrupted else ""
    output.print()
    if benchmark.settings.quick:
        output.print(QUICK_WARNING)
    output.print(Text(stopped + written))
    if benchmark.interrupted:
        return INTERRUPTED
    return MODEL_FAILED if any(s.failures for s in benchmark.studies) else OK


def _problems(request):
    names = dict.fromkeys(request.data or DEFAULTS)
    if not any(_is_file(name) for name in names):
        _check_no_option_of_files(request)
    return [_problem(name, request) for name in names]


def _check_no_option_of_files(request):
    """Check that nothing is said of columns where no file of the user has any."""
    for option in OF_FILES:
        value = getattr(request, option)
        if value is not None and value != ():
            shown = value if isinstance(value, str) else ",".join(value)
            raise InputError(
                f"--{option} {shown!r} is of CSV files, and none is given; name one, "
                "or leave the option out"
            )


def _is_file(name):
    return (
        name not in CATALOGUE
        and not name.startswith(PREFIX)
        and (Path(name).exists() or Path(name).suffix or Path(name).parent != Path())
    )


def _problem(name, request):
    if not _is_file(name):
        return problem_by_name(name)
    if request.target is None:
        raise InputError(
            f"{name} needs --target; name the column to predict, as in "
            f"skkeras benchmark {name} --target COLUMN"
        )
    return problem_from_csv(
        name,
        request.target,
        task=request.task,
        separator=request.sep,
        choices=request.choices,
    )


def _check_numbers(request):
    if request.sep is not None and len(request.sep) != 1:
        raise InputError(
            f"--sep {request.sep!r}: give the one character between cells, or tab"
        )
    if request.folds < 2:
        raise InputError(
            f"--folds {request.folds}: cross-validation trains on some folds and tests "
            "on another; give 2 or more"
        )
    if request.repeats < 1:
        raise InputError(f"--repeats {request.repeats}: give 1 or more")
    if not 0 <= request.seed <= LARGEST_SEED:
        raise InputError(
            f"--seed {request.seed}: give a whole number from 0 to {LARGEST_SEED}"
        )
    if request.trials < 0:
        raise InputError(
            f"--trials {request.trials}: give 1 or more, or 0 for no tuned models"
        )
    if request.jobs is not None and (request.jobs == 0 or request.jobs < -1):
        raise InputError(
            f"--jobs {request.jobs}: give 1 or more, or -1 for as many as there are "
            "cores"
        )
