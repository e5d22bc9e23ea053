"""Fitted objects of this package that a file may hold: their state, and back."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sklearn.preprocessing import FunctionTransformer, StandardScaler

from skkeras.estimators.building.head import Head
from skkeras.estimators.data.rows import Unchanged
from skkeras.estimators.scikeras_parts import fit_again, plain_state
from skkeras.estimators.tabular.portfolio import TableNet
from skkeras.estimators.targets.encoding import (
    ClassificationTargetEncoder,
    RegressionTargetEncoder,
    StandardizedTargetEncoder,
)
from skkeras.preprocessing.boolean_columns import BooleanColumns
from skkeras.preprocessing.categories import Categories
from skkeras.preprocessing.category_columns import CategoryColumns
from skkeras.preprocessing.date_columns import DateColumn, DateColumns
from skkeras.preprocessing.dates import Calendar
from skkeras.preprocessing.number_columns import NumberColumns
from skkeras.preprocessing.table_encoder import TableEncoder
from skkeras.training import Training


@dataclass(frozen=True)
class Kind:
    """A class whose objects are saved by their attributes."""

    cls: type

    def state(self, value: Any) -> dict[str, Any]:
        """Return the attributes to save, as a dict of plain values.

        Parameters
        ----------
        value : object
            Of the class.

        Returns
        -------
        dict
        """
        return dict(vars(value))

    def restore(self, state: dict[str, Any]) -> Any:
        """Create an object with these attributes.

        Parameters
        ----------
        state : dict
            As :meth:`state` gave it.

        Returns
        -------
        object
        """
        for name in state:
            if hasattr(self.cls, name):
                raise ValueError(f"{name!r:.80} is no attribute of {self.cls.__name__}")
        value = object.__new__(self.cls)
        vars(value).update(state)
        return value


class _DataclassKind(Kind):
    def state(self, value):
        return asdict(value)

    def restore(self, state):
        return self.cls(**state)


class _LabelEncoderKind(Kind):
    """Fits scikit-learn's encoder again, whose attributes differ among versions."""

    def state(self, value):
        return plain_state(value)

    def restore(self, state):
        encoder = super().restore(state)
        fit_again(encoder)
        return encoder


class _UnchangedFunction(Kind):
    """A FunctionTransformer without a function."""

    def state(self, value):
        if value.func is not None or value.inverse_func is not None:
            raise TypeError(
                "A FunctionTransformer with a function cannot be saved without pickle: "
                "use joblib.dump for files that only you read."
            )
        return {}

    def restore(self, state):
        return self.cls()


_KINDS: list[Any] = [
    _DataclassKind(Head),
    _DataclassKind(Training),
    _DataclassKind(TableNet),
    _LabelEncoderKind(ClassificationTargetEncoder),
    Kind(RegressionTargetEncoder),
    Kind(StandardizedTargetEncoder),
    Kind(StandardScaler),
    Kind(Unchanged),
    *map(Kind, (TableEncoder, NumberColumns, BooleanColumns, CategoryColumns)),
    *map(Kind, (Categories, DateColumns, DateColumn, Calendar)),
    _UnchangedFunction(FunctionTransformer),
]
ENCODERS = {kind.cls.__name__: kind for kind in _KINDS}
