import pytest

from skkeras.report.errors import LONGEST, did_you_mean, error_line


def test_an_error_is_one_line_of_its_type_and_message():
    assert error_line(KeyError("a\n  b")) == r"KeyError: 'a\n b'"
    assert error_line(ValueError(" two\nlines ")) == "ValueError: two lines"


def test_a_long_error_is_cut_between_words():
    line = error_line(RuntimeError("word " * 100))
    assert line.startswith("RuntimeError: word word")
    assert line.endswith(" word [...]")
    assert LONGEST - len("word ") < len(line) <= LONGEST


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Lable ", "; did you mean 'label'?"), ("xyz", "")],
)
def test_the_nearest_name_is_suggested(name, expected):
    assert did_you_mean(name, ["size", "label"]) == expected
