import os

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skkeras.report.csv_table import read_csv
from skkeras.report.errors import InputError


@pytest.fixture
def write(tmp_path):
    def write(content):
        path = tmp_path / "data.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def test_a_table_with_words_numbers_gaps_and_truth(write):
    path = write('\ufeffa,"b, c",d\n1,x,True\n\n,"two\nlines",False\n')
    frame = read_csv(path)
    expected = pd.DataFrame(
        {"a": [1.0, np.nan], "b, c": ["x", "two\nlines"], "d": [1, 0]}
    )
    pd.testing.assert_frame_equal(frame, expected)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "data.csv is empty; its first line must name the columns"),
        ("a,b\n", "has a first line but no rows; add rows"),
        ("a,b\n1,2\n1,2,3\n", "line 3 has 3 cells, the first line has 2; give"),
        ("a,b\n1\n", "line 2 has 1 cells, the first line has 2"),
        ("a,b\n1,2\n\n3\n", "line 4 has 1 cells"),
        ("a b\n1 2\n", "has one column only, 'a b'; .* tabs between cells"),
        ("a,b\n1,2".encode("utf-16")[:-1], "is not UTF-16 text; save"),
        ("a,b\n1,2".encode("utf-16-le"), "holds null characters, as UTF-16 without"),
        ("a,b\n1,2".encode("utf-16-be"), "holds null characters, as UTF-16 without"),
        ("a,b,a\n1,2,3\n", "1 column names appear more than once, 'a' among them"),
        ("a,b\n1,inf\n", "column 'b' is infinite in row 1; leave the cell empty"),
        ("a,b\n1,\xe9\n".encode("latin-1"), "byte 6 is not UTF-8 text; save"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(write, content, message):
    with pytest.raises(InputError, match=message) as caught:
        read_csv(write(content))
    assert "\n" not in str(caught.value)
    assert "data.csv" in str(caught.value)


def test_missing_file(tmp_path):
    with pytest.raises(InputError, match=r"no\.csv: there is no such file; give"):
        read_csv(tmp_path / "no.csv")


def test_folder(tmp_path):
    with pytest.raises(InputError, match="is a folder; give the path of a CSV file"):
        read_csv(tmp_path)


def test_a_pipe_is_refused_before_it_is_read(tmp_path):
    os.mkfifo(tmp_path / "data.csv")
    with pytest.raises(InputError, match="is a pipe or a device"):
        read_csv(tmp_path / "data.csv")


cells = st.floats(-1e6, 1e6).map(lambda value: round(value, 3))
tables = st.lists(st.tuples(cells, cells, st.sampled_from("xyz")), min_size=1)


@given(
    table=tables,
    separator=st.sampled_from([",", ";", "\t"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    decimal=st.sampled_from(".,"),
)
def test_any_usual_dialect_gives_the_same_table(
    tmp_path_factory, table, separator, encoding, decimal
):
    expected = pd.DataFrame(table, columns=["a", "b", "word"])
    decimal = decimal if separator == ";" else "."
    path = tmp_path_factory.mktemp("table") / "data.csv"
    expected.to_csv(
        path, sep=separator, encoding=encoding, decimal=decimal, index=False
    )
    frame = read_csv(path)
    assert list(frame["word"]) == list(expected["word"])
    for name in "ab":
        np.testing.assert_allclose(frame[name], expected[name], rtol=1e-12)


@given(st.lists(st.none() | st.integers(2**63, 10**40), min_size=1))
def test_whole_numbers_of_any_size_are_numbers(tmp_path_factory, numbers):
    path = tmp_path_factory.mktemp("table") / "data.csv"
    rows = ["" if number is None else str(number) for number in [*numbers, 2**70]]
    path.write_text("\n".join(["a,b", *(f"{row},1" for row in rows)]))
    expected = [np.nan if n is None else float(n) for n in [*numbers, 2**70]]
    np.testing.assert_allclose(read_csv(path)["a"].astype(float), expected)
    assert read_csv(path)["a"].dtype.kind == "f"


def test_a_large_number_among_words_is_a_word(tmp_path):
    (tmp_path / "data.csv").write_text(f"a,b\n{2**70},1\nmany,1\n,1\n")
    column = read_csv(tmp_path / "data.csv")["a"]
    assert list(column.dropna()) == [str(2**70), "many"]
