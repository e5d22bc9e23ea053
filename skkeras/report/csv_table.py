"""A user's CSV file, read strictly."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd

from skkeras.report.errors import InputError


def read_csv(path):
    """Read a comma-separated file whose first line names the columns.

    Parameters
    ----------
    path : str or Path
        The file, in UTF-8.

    Returns
    -------
    DataFrame
        True and False became 1 and 0 in columns that hold nothing else.

    Raises
    ------
    InputError
        If there is no such file, or if it is empty, is not text, or has lines of
        different lengths.
    """
    try:
        _check_shape(path)
        frame = pd.read_csv(path, encoding="utf-8-sig", low_memory=False)
    except FileNotFoundError:
        raise InputError(
            f"{path}: there is no such file; give the path of a CSV file"
        ) from None
    except IsADirectoryError:
        raise InputError(
            f"{path} is a folder; give the path of a CSV file in it"
        ) from None
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: byte {error.start} is not UTF-8 text; save the file as UTF-8 CSV"
        ) from None
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; check the path") from None
    except (csv.Error, pd.errors.ParserError) as error:
        raise InputError(
            f"{path} cannot be read as CSV: {error}; check its quotes"
        ) from None
    _check_finite(frame, path)
    return frame.astype({name: "int64" for name in frame.select_dtypes("bool")})


def _check_shape(path):
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
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
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise InputError(
            f"{path}: {len(twice)} column names appear more than once, {twice[0]!r} "
            "among them; rename them"
        )
    if len(header) == 1:
        raise InputError(
            f"{path} has one column only, {header[0]!r}; a comparison needs a target "
            "and at least one feature, with commas between the cells"
        )


def _check_finite(frame, path):
    numbers = frame.select_dtypes("number")
    for name in numbers.columns[np.isinf(numbers).any()]:
        row = int(np.isinf(numbers[name]).argmax())
        raise InputError(
            f"{path}: column {name!r} is infinite in row {row + 1}; "
            "leave the cell empty or give a finite number"
        )
