"""What a user says of the columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from skkeras.report.errors import InputError, did_you_mean


@dataclass(frozen=True)
class Choices:
    """The options of the command that name columns.

    Those that take several columns may have them with commas between them.

    Parameters
    ----------
    drop : tuple of str, default=()
        Columns that no model is to see.
    keep : tuple of str, default=()
        Columns to use although they look like identifiers or text.
    categorical : tuple of str, default=()
        Columns whose numbers are names of categories.
    date : tuple of str, default=()
        Columns that hold dates.
    groups : str or None, default=None
        The column whose equal values keep rows together in one fold.
    time : str or None, default=None
        The column by which rows are ordered, so that models are tested on later rows
        than they are trained on.
    """

    drop: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    categorical: tuple[str, ...] = ()
    date: tuple[str, ...] = ()
    groups: str | None = None
    time: str | None = None

    def of_table(self, columns: Iterable[str], target: str, path: str) -> Choices:
        """Return the choices with a name for each column, once they are checked.

        Parameters
        ----------
        columns : iterable of str
            Names of all columns of the table.
        target : str
            The one to predict.
        path : str
            What the user calls the table.

        Returns
        -------
        Choices

        Raises
        ------
        InputError
            Where a column is not there, or two options contradict each other.
        """
        known = list(columns)
        several = ("drop", "keep", "categorical", "date")
        found = replace(
            self, **{name: _split(getattr(self, name), known) for name in several}
        )
        found._check_names(known, target, path)
        if found.groups is not None and found.time is not None:
            raise InputError(
                "--groups and --time ask for different folds; give one of them"
            )
        found._check_contradictions()
        return found

    def _check_names(self, known, target, path):
        for option, names in self._named().items():
            for name in names:
                if name not in known:
                    raise InputError(
                        f"{option} {name!r} is no column of {path}"
                        + did_you_mean(name, known)
                    )
                if name == target:
                    raise InputError(
                        f"{option} {name!r} is the column of --target; name another"
                    )

    def _named(self):
        one = {"--groups": self.groups, "--time": self.time}
        return {
            "--drop": self.drop,
            "--keep": self.keep,
            "--categorical": self.categorical,
            "--date": self.date,
        } | {option: () if name is None else (name,) for option, name in one.items()}

    def _check_contradictions(self):
        named = self._named()
        for option, other in (
            ("--drop", "--keep"),
            ("--drop", "--categorical"),
            ("--drop", "--date"),
            ("--drop", "--time"),
            ("--categorical", "--date"),
            ("--groups", "--keep"),
            ("--groups", "--categorical"),
            ("--groups", "--date"),
            ("--time", "--categorical"),
        ):
            both = sorted(set(named[option]) & set(named[other]))
            if both:
                raise InputError(
                    f"{option} and {other} both name {both[0]!r}; give one of them"
                )


def _split(texts, known):
    """Split at commas, but for texts that are the name of a column as they stand."""
    return tuple(
        name
        for text in texts
        for name in ([text] if text in known else map(str.strip, text.split(",")))
        if name
    )
