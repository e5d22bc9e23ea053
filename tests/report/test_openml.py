import warnings
from urllib.error import HTTPError, URLError

import pandas as pd
import pytest
from sklearn.utils import Bunch

from skkeras.report import openml
from skkeras.report.catalogue import problem_by_name
from skkeras.report.errors import InputError


@pytest.fixture
def fetched(monkeypatch):
    """Replace the network by a function; keep how it was called."""
    calls = []

    def install(answer):
        def fetch(name, **options):
            calls.append((name, options["version"]))
            if isinstance(answer, Exception):
                raise answer
            warnings.warn("Multiple active versions", UserWarning, stacklevel=2)
            return answer

        monkeypatch.setattr(openml, "fetch_openml", fetch)
        return calls

    return install


def bunch(targets=("kind",)):
    data = pd.DataFrame(
        {
            "size": [1.0, 2.0, 3.0, 4.0],
            "colour": pd.Categorical(["red", "blue", "red", None]),
        }
    )
    return Bunch(
        data=data, target=pd.Categorical(["a", "b"] * 2), target_names=list(targets)
    )


def test_a_data_set_becomes_a_problem(fetched):
    calls = fetched(bunch())
    problem = problem_by_name("openml:credit-g")
    assert calls == [("credit-g", "active")]
    assert problem.name == "openml:credit-g"
    assert problem.classes == ("a", "b")
    assert problem.y.tolist() == [0, 1, 0, 1]
    assert list(problem.X.select_dtypes("number")) == ["size"]
    assert problem.X["colour"].isna().sum() == 1
    assert problem.caveats == ("Multiple active versions",)


def test_a_version_can_be_asked_for(fetched):
    calls = fetched(bunch())
    problem_by_name("openml:credit-g:2")
    assert calls == [("credit-g", 2)]


@pytest.mark.parametrize(
    ("answer", "name", "message"),
    [
        (URLError("no route"), "openml:x", "OpenML cannot be reached .*no route"),
        (TimeoutError(), "openml:x", "cannot be reached"),
        (
            HTTPError("u", 412, "Precondition", None, None),
            "openml:x",
            "OpenML has no such data set",
        ),
        (ValueError("No active dataset"), "openml:x", "has no such data set"),
        (bunch(targets=("a", "b")), "openml:x", "it has 2 targets, one is needed"),
        (None, "openml:", "write openml:NAME or openml:NAME:VERSION"),
        (None, "openml:x:last", "write openml:NAME or openml:NAME:VERSION"),
    ],
)
def test_clear_messages(fetched, answer, name, message):
    fetched(answer)
    with pytest.raises(InputError, match=message):
        problem_by_name(name)
