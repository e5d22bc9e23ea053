"""A user's CSV file, read strictly."""

from __future__ import annotations

import codecs
import csv
import os
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from skkeras.report.errors import InputError

_POINT, _COMMA = re.compile(r"[+-]?\d*\.\d+"), re.compile(r"[+-]?\d*,\d+")
_WHOLE = re.compile(r"\s*[+-]?[0-9]+\s*")


@dataclass(frozen=True)
class Dialect:
    """The encoding, separator and decimal mark of a file.

    Parameters
    ----------
    encoding : str
        UTF-8, or UTF-16 where the file begins with its mark.
    separator : str
        What stands between the cells: a comma, or the semicolon or tab of a first line
        without commas.
    decimal : str, default="."
        A comma in files with semicolons that have no decimal points.
    """

    encoding: str
    separator: str
    decimal: str = "."


def read_csv(
    path: str | os.PathLike[str], *, separator: str | None = None
) -> pd.DataFrame:
    """Read a file of cells with separators, whose first line names the columns.

    Parameters
    ----------
    path : str or Path
        The file, in UTF-8 or UTF-16, with commas, semicolons or tabs.
    separator : str or None, default=None
        One character that stands between the cells; None chooses among commas,
        semicolons and tabs by the first line.

    Returns
    -------
    DataFrame
        True and False became 1 and 0 in columns that hold nothing else, and whole
        numbers of more than 64 bits floats.

    Raises
    ------
    InputError
        If there is no such file, or if it is empty, is not text, or has lines of
        different lengths.
    """
    try:
        dialect = _checked(path, separator)
        frame = pd.read_csv(
            path,
            encoding=dialect.encoding,
            sep=dialect.separator,
            decimal=dialect.decimal,
            low_memory=False,
        )
    except FileNotFoundError:
        raise InputError(
            f"{path}: there is no such file; give the path of a CSV file"
        ) from None
    except UnicodeError as error:
        start = getattr(error, "start", None)
        place = "the end" if start is None else f"byte {start}"
        raise InputError(
            f"{path}: {place} is not {_encoding_name(path)} text; save the file as "
            "UTF-8 CSV"
        ) from None
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; check the path") from None
    except (csv.Error, pd.errors.ParserError) as error:
        raise InputError(
            f"{path} cannot be read as CSV: {error}; check its quotes"
        ) from None
    for name in frame.select_dtypes(exclude=["number", "bool"]):
        # What pandas makes of a gap beside a whole number too large for 64 bits.
        column = frame[name].mask(frame[name] == "")
        is_number = _holds_large_numbers(column)
        frame[name] = column.astype("float64") if is_number else column
    frame = frame.astype({name: "int64" for name in frame.select_dtypes("bool")})
    _check_finite(frame, path)
    return frame


def _encoding_name(path):
    """Return the encoding of a file, as its byte order mark tells it."""
    with Path(path).open("rb") as file:
        mark = file.read(2)
    return "UTF-16" if mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "UTF-8"


def _holds_large_numbers(column):
    """Return whether a column holds whole numbers too large for 64 bits.

    pandas leaves them as integers of Python's, before version 3 as text.
    """
    if column.dtype != object:
        return False
    found = column.dropna()
    return len(found) > 0 and all(map(_is_whole, found))


def _is_whole(value):
    return type(value) is int or (type(value) is str and _WHOLE.fullmatch(value))


def _checked(path, separator):
    """Check the shape of a file, and find out how it is written."""
    _check_file(path)
    encoding = {"UTF-8": "utf-8-sig", "UTF-16": "utf-16"}[_encoding_name(path)]
    with Path(path).open(encoding=encoding, newline="") as file:
        first_line = file.readline()
        if "\0" in first_line:
            raise InputError(
                f"{path}: its first line holds null characters, as UTF-16 without a "
                "mark does; save the file as UTF-8 CSV"
            )
        separator = separator or _separator(first_line)
        file.seek(0)
        _check_cells(csv.reader(file, delimiter=separator), path)
        file.seek(0)
        decimal = _decimal(csv.reader(file, delimiter=";")) if separator == ";" else "."
    return Dialect(encoding, separator, decimal)


def _check_file(path):
    if Path(path).is_dir():
        raise InputError(f"{path} is a folder; give the path of a CSV file in it")
    if Path(path).exists() and not Path(path).is_file():
        raise InputError(
            f"{path} is a pipe or a device, which can be read only once; save it as a "
            "file and give its path"
        )


def _separator(line):
    """Return a comma, unless the first line has none but has others."""
    others = {mark: line.count(mark) for mark in ";\t"}
    most = max(others, key=others.get)
    return most if others[most] and "," not in line else ","


def _decimal(rows):
    """Return a comma where numbers have some and none has a point."""
    has_comma = False
    for cells in rows:
        if any(_POINT.fullmatch(cell) for cell in cells):
            return "."
        has_comma = has_comma or any(_COMMA.fullmatch(cell) for cell in cells)
    return "," if has_comma else "."


def _check_cells(reader, path):
    """Check that every line has as many cells as the first, which names them."""
    header = next(reader, None)
    if not header:
        raise InputError(
            f"{path} is empty; its first line must name the columns, "
            "the others hold the rows"
        )
    _check_header(header, path)
    rows = 0
    for cells in reader:
        if cells and len(cells) != len(header):
            raise InputError(
                f"{path}: line {reader.line_num} has {len(cells)} cells, "
                f"the first line has {len(header)}; give every line as many, "
                "and quote cells that hold commas"
            )
        rows += bool(cells)
    if rows == 0:
        raise InputError(f"{path} has a first line but no rows; add rows below it")


def _check_header(header, path):
    twice = sorted(name for name, count in Counter(header).items() if count > 1)
    if twice:
        raise InputError(
            f"{path}: {len(twice)} column names appear more than once, {twice[0]!r} "
            "among them; rename them"
        )
    if len(header) == 1:
        raise InputError(
            f"{path} has one column only, {header[0]!r}; a comparison needs a target "
            "and at least one feature, with commas, semicolons or tabs between cells"
        )


def _check_finite(frame, path):
    numbers = frame.select_dtypes("number")
    for name in numbers.columns[np.isinf(numbers).any()]:
        row = int(np.isinf(numbers[name]).argmax())
        raise InputError(
            f"{path}: column {name!r} is infinite in row {row + 1}; "
            "leave the cell empty or give a finite number"
        )
