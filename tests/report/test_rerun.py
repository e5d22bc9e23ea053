import copy
import json

import pytest

from skkeras.report.benchmark import Observer, Settings, run
from skkeras.report.errors import InputError
from skkeras.report.provenance import provenance, to_json
from skkeras.report.rerun import differences, read_manifest


@pytest.fixture
def manifest(problem, cheap_models):
    models = {problem.name: cheap_models}
    benchmark = run([problem], Settings(folds=3), models, Observer())
    return json.loads(json.dumps(to_json(benchmark, provenance({"data": []}))))


def test_the_same_is_the_same(manifest):
    assert differences(manifest, manifest) == [
        "versions, data and every score are the same"
    ]


def test_times_do_not_count(manifest):
    other = copy.deepcopy(manifest)
    other["written"] = "later"
    tree = other["datasets"]["mixed.csv"]["models"]["tree"]
    tree["summary"]["fit_seconds"]["mean"] = 99.0
    assert len(differences(manifest, other)) == 1
    assert "the same" in differences(manifest, other)[0]


def test_what_differs_is_named(manifest):
    other = copy.deepcopy(manifest)
    other["versions"]["keras"] = "99"
    study = other["datasets"]["mixed.csv"]
    study["fingerprint"] = "another"
    study["models"]["new"] = study["models"].pop("dummy")
    tree = study["models"]["tree"]
    tree["scores"]["accuracy"][1] -= 0.25
    tree["scores"]["log_loss"][0] = None
    tree["parameters"]["verbose"] = True
    keras = manifest["versions"]["keras"]
    assert differences(manifest, other) == [
        f"keras was {keras}, is 99",
        "mixed.csv: the data have changed",
        "mixed.csv: dummy is no longer there",
        "mixed.csv: new was not there",
        "mixed.csv: tree has other parameters",
        "mixed.csv: tree has another accuracy in 1 fold of 3, by 0.25 at most",
        "mixed.csv: tree has another log_loss in 1 fold of 3, by inf at most",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "there is no such file"),
        ("{", "cannot be read as JSON"),
        ("[]", "is no report of skkeras benchmark"),
        ('{"command": {}}', "is no report of skkeras benchmark"),
    ],
)
def test_no_report(tmp_path, content, message):
    path = tmp_path / "report.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(InputError, match=message):
        read_manifest(path, "--from")
