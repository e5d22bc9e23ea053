import io
import json
from dataclasses import replace

import pandas as pd
import pytest
from packaging.version import Version
from rich.console import Console
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier

from skkeras.model_selection import OptunaSearchCV
from skkeras.report.benchmark import Observer, Settings, run
from skkeras.report.catalogue import problem_by_name
from skkeras.report.document import to_markdown
from skkeras.report.errors import InputError
from skkeras.report.provenance import provenance, to_json
from skkeras.report.save import make_folder, save
from skkeras.report.terminal import Display, study_table
from skkeras.report.workload import count_fits, expected_seconds

SETTINGS = Settings(folds=3, repeats=2, seed=1)
ROUND_TRIP = {"float_precision": "round_trip"}
COMMAND = {"data": ["mixed.csv"], "seed": 1}


class Raises(DummyClassifier):
    def __init__(self, error=None):
        super().__init__()
        self.error = error

    def fit(self, X, y):
        raise self.error


def bench(problem, models, observer=None):
    return run([problem], SETTINGS, {problem.name: models}, observer or Observer())


@pytest.fixture
def benchmark(problem, cheap_models):
    return bench(problem, cheap_models)


def shown(study, width=80):
    console = Console(width=width)
    with console.capture() as capture:
        console.print(study_table(study))
    return capture.get()


def test_scores_have_the_promised_columns(benchmark):
    assert list(benchmark.scores.columns) == [
        *["dataset", "model", "metric", "repeat", "fold"],
        *["value", "fit_seconds", "score_seconds"],
    ]
    assert len(benchmark.scores) == 2 * 4 * 6
    assert set(benchmark.scores["dataset"]) == {"mixed.csv"}
    assert set(benchmark.scores["repeat"]) == {0, 1}


def test_same_seed_same_scores(problem, cheap_models, benchmark):
    again = bench(problem, cheap_models)
    pd.testing.assert_series_equal(again.scores["value"], benchmark.scores["value"])


def test_a_model_that_fails_does_not_stop_the_others(problem, cheap_models):
    error = ValueError("no | luck\n[today]")
    benchmark = bench(problem, {"broken": Raises(error)} | cheap_models)
    (study,) = benchmark.studies
    assert study.failures == {"broken": "ValueError: no | luck [today]"}
    assert set(benchmark.scores["model"]) == {"dummy", "tree"}
    assert "broken failed: ValueError: no | luck [today]" in shown(study)
    report = to_markdown(benchmark, provenance(COMMAND))
    assert r"broken failed and is not in the table: ValueError: no \| luck" in report


def test_interruption_keeps_what_is_finished(problem, cheap_models):
    reported = []

    class Listener(Observer):
        def study_finished(self, study):
            reported.append(study)

    models = cheap_models | {"stopped": Raises(KeyboardInterrupt()), "never": None}
    other = replace(problem, name="other")
    benchmark = run(
        [problem, other],
        SETTINGS,
        {"mixed.csv": models, "other": models},
        Listener(),
    )
    assert benchmark.interrupted
    assert set(benchmark.scores["model"]) == {"dummy", "tree"}
    assert reported == benchmark.studies
    assert len(reported) == 1
    assert "Stopped before the end" in to_markdown(benchmark, provenance(COMMAND))


def test_interruption_before_anything_is_finished(problem):
    benchmark = bench(problem, {"stopped": Raises(KeyboardInterrupt())})
    assert benchmark.interrupted
    assert benchmark.studies == []


def test_progress_weighs_models_by_what_they_take():
    forest = RandomForestClassifier()
    search = OptunaSearchCV(forest, {"max_depth": [2, 3]})
    one, two = (Settings(folds=5, repeats=2, trials=4, jobs=n) for n in (1, 2))
    assert count_fits(forest, one) == 10
    assert count_fits(search, one) == 10 * (4 * 3 + 1)
    slow = expected_seconds("random forest", forest, one)
    assert slow > 3 * expected_seconds("k-NN", DummyClassifier(), one)
    assert expected_seconds("tuned random forest", search, one) == pytest.approx(
        13 * slow
    )
    assert expected_seconds("random forest", forest, two) == pytest.approx(slow / 2)


def test_display_ends_where_the_last_model_does(problem, cheap_models):
    models = {problem.name: cheap_models}
    console = Console(file=io.StringIO(), force_terminal=True, width=80)
    with Display(console, console, models, SETTINGS) as display:
        run([problem], SETTINGS, models, display)
        (task,) = display.bar.tasks
    assert task.completed == pytest.approx(task.total)
    assert "tree" in task.description


def test_observer_is_told_in_order(problem, cheap_models):
    events = []

    class Listener(Observer):
        def model_started(self, problem, name):
            events.append(name)

        def model_finished(self):
            events.append("done")

        def study_finished(self, study):
            events.append("table")

    bench(problem, cheap_models, Listener())
    assert events == ["dummy", "done", "tree", "done", "table"]


def test_terminal_table_fits_80_columns(benchmark):
    text = shown(benchmark.studies[0])
    assert max(map(len, text.splitlines())) <= 80
    assert "tree   " in text
    assert "classification into 2 classes (two words): " in " ".join(text.split())


def test_untrusted_names_cannot_style_the_terminal(problem, cheap_models):
    hostile = replace(problem, name="[red]x[/nope]\x1b[31m", target="[bold]t")
    benchmark = run([hostile], SETTINGS, {hostile.name: cheap_models}, Observer())
    text = shown(benchmark.studies[0])
    assert "[red]x[/nope]" in text
    assert "[bold]t" in text
    assert "\x1b" not in text


def test_untrusted_names_cannot_break_the_document(problem, cheap_models):
    hostile = replace(problem, name="a|b\n# c <img>", target="[t](u)")
    benchmark = run([hostile], SETTINGS, {hostile.name: cheap_models}, Observer())
    report = to_markdown(benchmark, provenance(COMMAND))
    assert r"## a\|b \# c \<img\>" in report
    assert r"\[t\](u): classification" in report


def test_document_answers_first_then_shows(benchmark):
    report = to_markdown(benchmark, provenance(COMMAND))
    places = [
        report.index(part)
        for part in [
            "## mixed.csv",
            "**In short:** Use tree: it has the best accuracy",
            "| model ",
            "## How this was measured",
            "3-fold cross-validation, repeated 2 times",
            "seed 1",
            "scikit-learn 1",
        ]
    ]
    assert places == sorted(places)


@pytest.mark.in_turn
def test_document_says_what_three_data_sets_say_together(problem, cheap_models):
    shallow = clone(cheap_models["tree"])
    shallow.set_params(decisiontreeclassifier__max_depth=1)
    models = cheap_models | {"shallow": shallow}
    names = ("one", "two", "three|")
    problems = [replace(problem, name=name) for name in names]

    def written(problems):
        everything = {p.name: models for p in problems}
        benchmark = run(problems, SETTINGS, everything, Observer())
        assert benchmark.over_datasets is benchmark.over_datasets  # made once
        return to_markdown(benchmark, provenance(COMMAND))

    report = written(problems)
    section = report[report.index("## Over the data sets") :]
    assert "Over 3 data sets tree is rated highest: Elo " in section
    assert "| model   |   mean rank |   won |   Elo |   95% interval |" in section
    assert "| tree    |        1.00 |  100% |" in section
    assert "Wilcoxon's signed-rank test" in section
    assert "Over the data sets" not in written(problems[:2])


def test_boston_carries_its_caveat_everywhere(cheap_models):
    from sklearn.dummy import DummyRegressor

    benchmark = bench(problem_by_name("boston"), {"dummy": DummyRegressor()})
    assert "share of Black residents" in to_markdown(benchmark, provenance({}))
    assert "share of Black residents" in shown(benchmark.studies[0], width=200)


def test_a_study_compares_all_that_is_finished(benchmark):
    study = replace(benchmark.studies[0], evaluations=[])
    for evaluation in benchmark.studies[0].evaluations:
        study.evaluations.append(evaluation)
        assert study.comparison.evaluations == tuple(study.evaluations)
        assert study.comparison is study.comparison


def test_saved_files_hold_what_was_measured(benchmark, tmp_path):
    save(benchmark, provenance(COMMAND), tmp_path)
    # pandas before 3 reads some numbers wrong in the last digit where it is not asked.
    rightly = {} if Version(pd.__version__) >= Version("3") else ROUND_TRIP
    scores = pd.read_csv(tmp_path / "scores.csv", **rightly)
    pd.testing.assert_frame_equal(
        scores, benchmark.scores, check_dtype=False, check_exact=True
    )
    manifest = json.loads((tmp_path / "report.json").read_text())
    assert manifest["seed"] == 1
    assert manifest["command"] == COMMAND
    assert manifest["versions"]["scikit-learn"]
    study = manifest["datasets"]["mixed.csv"]
    assert study["columns"] == ["size", "colour", "constant"]
    tree = study["models"]["tree"]
    assert tree["estimator"] == "DecisionTreeClassifier"
    assert tree["parameters"]["decisiontreeclassifier__max_depth"] == 4
    assert tree["summary"]["accuracy"]["mean"] == pytest.approx(
        scores.query("model == 'tree' and metric == 'accuracy'")["value"].mean()
    )
    assert (tmp_path / "report.md").read_text().startswith("# Comparison of models")


def test_json_has_no_objects_in_it(benchmark):
    text = json.dumps(to_json(benchmark, provenance(COMMAND)), allow_nan=False)
    assert "object at 0x" not in text


def test_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"--out .*file: cannot write there .*choose"):
        make_folder(tmp_path / "file")
    folder = make_folder(tmp_path / "a" / "b")
    assert list(folder.iterdir()) == []
