"""What ``skkeras benchmark`` does, from its options to its exit status."""

from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from skkeras.report.benchmark import Settings, default_models, run
from skkeras.report.catalogue import CATALOGUE, problem_by_name
from skkeras.report.document import QUICK_WARNING
from skkeras.report.errors import InputError
from skkeras.report.problem import check_folds, problem_from_csv
from skkeras.report.provenance import provenance
from skkeras.report.save import make_folder, save
from skkeras.report.startup import without_startup_log
from skkeras.report.terminal import Display

OK, MODEL_FAILED, INTERRUPTED = 0, 1, 130
LARGEST_SEED = 2**32 - 1


@dataclass(frozen=True)
class Request:
    """The options of the command.

    Parameters
    ----------
    data : tuple of str
        Names and CSV files; empty means all names.
    target, task : str or None
        Of the CSV files.
    out : str
        Folder for the report.
    folds, repeats, seed : int
        How to measure.
    quick : bool
        Whether the models are made smaller.
    """

    data: tuple[str, ...] = ()
    target: str | None = None
    task: str | None = None
    out: str = "skkeras-report"
    folds: int = 10
    repeats: int = 1
    seed: int = 0
    quick: bool = False


def execute(request):
    """Measure, print and write.

    Parameters
    ----------
    request : Request
        What to do.

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
        check_folds(problem, request.folds)
    folder = make_folder(request.out)
    settings = Settings(request.folds, request.repeats, request.seed, request.quick)
    output, progress = Console(), Console(stderr=True)
    if progress.is_terminal:
        progress.print("Loading TensorFlow ...", end="\r")
    with without_startup_log():
        models = {p.name: default_models(p, settings) for p in problems}
    with Display(output, progress, total=sum(map(len, models.values()))) as display:
        benchmark = run(problems, settings, models, display)
    return _conclude(benchmark, request, folder, output)


def _conclude(benchmark, request, folder, output):
    finished = any(study.evaluations for study in benchmark.studies)
    if finished:
        save(benchmark, provenance(asdict(request)), folder)
        written = f"Wrote {folder}/report.md, scores.csv and report.json."
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
    if not request.data and request.target is not None:
        raise InputError(
            f"--target {request.target!r} needs a CSV file; give its path before it"
        )
    names = dict.fromkeys(request.data or CATALOGUE)
    return [_problem(name, request) for name in names]


def _problem(name, request):
    is_file = name not in CATALOGUE and (
        Path(name).exists() or Path(name).suffix or Path(name).parent != Path()
    )
    if not is_file:
        return problem_by_name(name)
    if request.target is None:
        raise InputError(
            f"{name} needs --target; name the column to predict, as in "
            f"skkeras benchmark {name} --target COLUMN"
        )
    return problem_from_csv(name, request.target, task=request.task)


def _check_numbers(request):
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
