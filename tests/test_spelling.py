import pytest

from skkeras.spelling import closest, nearest


@pytest.mark.parametrize(
    ("name", "expected"),
    [("adm", "Adam"), (" SGDD ", "sgd"), ("zzz", None)],
)
def test_the_closest_name_is_found_whatever_the_case(name, expected):
    assert closest(name, ["Adam", "sgd"]) == expected


def test_nearest_offers_nothing_when_nothing_is_alike():
    assert nearest("adm", ["adam", "sgd"]) == " Did you mean 'adam'?"
    assert nearest("zzz", ["adam", "sgd"]) == ""


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    ("name", "expected"), [("acuracy", "accuracy"), ("Acuracy", "Accuracy")]
)
def test_of_names_that_differ_in_case_alone_the_likelier_is_found(
    name, expected, order
):
    names = ["accuracy", "Accuracy", "Recall"][::order]
    assert closest(name, names) == expected
    assert closest(name, set(names)) == expected
