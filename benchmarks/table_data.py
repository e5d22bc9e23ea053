"""Tables that models are judged on: of a folder or of OpenML, and their folds."""

import json
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.model_selection import KFold, StratifiedKFold


@dataclass(frozen=True)
class Table:
    """Columns of numbers and of pandas categories, and a target."""

    name: str
    task: str
    X: pd.DataFrame
    y: np.ndarray

    @property
    def words(self):
        """Names of the columns of categories."""
        return list(self.X.columns[self.X.dtypes == "category"])

    def folds(self, n_folds):
        """Return the outer folds, the same for every model."""
        kind = StratifiedKFold if self.task == "classification" else KFold
        return list(kind(n_folds, shuffle=True, random_state=0).split(self.X, self.y))


def from_folder(folder, names=None):
    """Read the tables that roles.json describes; an empty field alone is missing."""
    roles = json.loads((folder / "roles.json").read_text())
    if unknown := set(names or ()) - set(roles):
        raise ValueError(
            f"no table {', '.join(sorted(unknown))} in {folder}; it has "
            f"{', '.join(roles)}"
        )
    return [_read(folder, name, roles[name]) for name in names or roles]


def _read(folder, name, role):
    words = dict.fromkeys(role["categorical"], "category")
    X = pd.read_csv(
        folder / f"{name}.csv.gz",
        dtype=dict.fromkeys(words, str),
        keep_default_na=False,
        na_values=[""],
    )
    y = X.pop(role["target"]).to_numpy()
    return Table(name, role["task"], X.astype(words), y)


def from_openml(data_id):
    """Download a data set of OpenML; it is for classification if its target is words.

    Columns are renamed, since LightGBM and XGBoost refuse some characters, and what is
    not a number becomes a category of words, since CatBoost refuses other categories.
    """
    from sklearn.datasets import fetch_openml

    data = fetch_openml(data_id=data_id, as_frame=True, parser="auto")
    known = data.target.notna()
    columns = {
        f"x{i}": column.astype(float) if _counts(column) else _words(column)
        for i, (_, column) in enumerate(data.data[known].items())
    }
    name = f"{data.details['name']} ({data_id})"
    X, y = pd.DataFrame(columns), data.target[known]
    if _counts(y):
        return Table(name, "regression", X, y.to_numpy(float))
    return Table(name, "classification", X, pd.factorize(y, sort=True)[0])


def _words(column):
    return column.astype(object).map(str, na_action="ignore").astype("category")


def _counts(column):
    return pd.api.types.is_numeric_dtype(column) and column.dtype != bool
