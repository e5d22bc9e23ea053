"""`TableEncoder` as ONNX nodes."""

from __future__ import annotations

from typing import Any

import numpy as np
from skl2onnx.common.data_types import FloatTensorType, StringTensorType

from skkeras.exporting.date_nodes import days_and_cycles
from skkeras.exporting.nodes import DOUBLE, FLOAT, INT64, Nodes
from skkeras.exporting.number_nodes import smoothly_clipped
from skkeras.preprocessing.boolean_columns import BooleanColumns
from skkeras.preprocessing.categories import Categories
from skkeras.preprocessing.category_columns import CategoryColumns
from skkeras.preprocessing.date_columns import DateColumns
from skkeras.preprocessing.number_columns import NumberColumns
from skkeras.preprocessing.table_encoder import TableEncoder, blocks_in_order

MISSING_WORD = ""
"""What stands for a missing word, since words of ONNX cannot be missing."""


def parse_table(
    scope: Any, model: TableEncoder, inputs: list[Any], custom_parsers: Any = None
) -> list[Any]:
    """Declare the matrix."""
    step = scope.declare_local_operator("SkkerasTableEncoder", model)
    step.inputs = inputs
    step.outputs.append(scope.declare_local_variable("table", FloatTensorType()))
    return step.outputs


def table_shape(operator: Any) -> None:
    """Tell the shape of the matrix."""
    n_columns = len(operator.raw_operator.get_feature_names_out())
    operator.outputs[0].type.shape = [None, n_columns]


def convert_table(scope: Any, operator: Any, container: Any) -> None:
    """Convert a `TableEncoder`."""
    nodes = Nodes(scope, container)
    table = add_table(nodes, operator.inputs, operator.raw_operator)
    nodes.give(table, operator.outputs[0])


def add_table(nodes: Nodes, variables: list[Any], encoder: TableEncoder) -> str:
    """Encode a table.

    Parameters
    ----------
    nodes : Nodes
        Where to.
    variables : list of skl2onnx Variable
        The columns of the table, or one matrix of numbers.
    encoder : TableEncoder
        Fitted.

    Returns
    -------
    str
        The matrix, of float32.
    """
    columns = Columns(nodes, variables, encoder)
    parts = [_ADD[type(part)](nodes, columns, part) for part in encoder._parts]
    arrays = [array for block in blocks_in_order(parts) for array in block]
    if not arrays:
        return _zeros(nodes, variables[0].full_name)
    return nodes.concat(arrays)


def _zeros(nodes, column):
    n_rows = nodes.add("Shape", column, start=0, end=1)
    shape = nodes.concat([n_rows, nodes.constant([1], np.int64)], axis=0)
    return nodes.cast(nodes.add("ConstantOfShape", shape), FLOAT)


class Columns:
    """The columns of a table, by their places.

    Parameters
    ----------
    nodes : Nodes
        Where to.
    variables : list of skl2onnx Variable
        The columns, or one matrix.
    encoder : TableEncoder
        Which takes them.
    """

    def __init__(
        self, nodes: Nodes, variables: list[Any], encoder: TableEncoder
    ) -> None:
        n_columns = encoder.n_features_in_
        if len(variables) not in (1, n_columns):
            raise ValueError(
                f"it takes {n_columns} columns, and the step before it gives "
                f"{len(variables)} arrays"
            )
        self._nodes, self._variables = nodes, variables
        self._is_matrix = len(variables) == 1 and n_columns > 1
        self.names = list(encoder.columns_)

    def is_words(self, place: int) -> bool:
        """Return whether a column holds words."""
        variable = self._variables[0 if self._is_matrix else place]
        return isinstance(variable.type, StringTensorType)

    def at(self, place: int) -> str:
        """Return a column, of shape (n_samples, 1), as it comes."""
        if self._is_matrix:
            return self._nodes.columns(self._variables[0].full_name, [int(place)])
        return self._variables[place].full_name

    def numbers(self, places: Any) -> str:
        """Return columns of numbers side by side, in double precision."""
        for place in places:
            if self.is_words(place):
                raise ValueError(
                    f"its column {self.names[place]!r} was of numbers, dates or "
                    "booleans in fit, and now holds words"
                )
        if self._is_matrix:
            found = self._nodes.columns(self._variables[0].full_name, places)
            return self._nodes.cast(found, DOUBLE)
        parts = [self._nodes.cast(self.at(place), DOUBLE) for place in places]
        return self._nodes.concat(parts)


def _numbers(nodes, columns, part: NumberColumns):
    numbers, missing = [], []
    if part.varying.any():
        places = part.positions[part.varying]
        center, scale = part.center[part.varying], part.scale[part.varying]
        filled, _ = nodes.without_gaps(
            columns.numbers(places), nodes.constant(center[None], np.float64)
        )
        scaled = smoothly_clipped(nodes, filled, center, scale, part.clip)
        numbers.append(nodes.cast(scaled, FLOAT))
    if part.missing.any():
        missing.append(_gaps(nodes, columns, part.positions[part.missing]))
    return {"numbers": numbers, "missing": missing}


def _gaps(nodes, columns, places):
    return nodes.cast(nodes.add("IsNaN", columns.numbers(places)), FLOAT)


def _booleans(nodes, columns, part: BooleanColumns):
    booleans, missing = [], []
    if part.varying.any():
        numbers = columns.numbers(part.positions[part.varying])
        filled, _ = nodes.without_gaps(numbers, nodes.constant([[0.0]]))
        booleans.append(nodes.cast(filled, FLOAT))
    if part.missing.any():
        missing.append(_gaps(nodes, columns, part.positions[part.missing]))
    return {"booleans": booleans, "missing": missing}


def _dates(nodes, columns, part: DateColumns):
    numbers, missing = [], []
    for place, column in part.columns.items():
        if columns.is_words(place):
            raise ValueError(
                f"its column {columns.names[place]!r} was of dates in fit, and now "
                "holds words"
            )
        found, gap = days_and_cycles(
            nodes, columns.at(place), column, columns.names[place]
        )
        if found is not None:
            numbers.append(found)
        if column.missing:
            missing.append(gap)
    return {"numbers": numbers, "missing": missing}


def _categories(nodes, columns, part: CategoryColumns):
    one_hot, codes = [], []
    for place, categories in part.few.items():
        found = _codes(nodes, columns, place, categories)
        first = 0 if categories.has_rare else 1
        numbers = np.arange(first, len(categories.words) + 1)[None]
        equal = nodes.add("Equal", found, nodes.constant(numbers, np.int64))
        one_hot.append(nodes.cast(equal, FLOAT))
    for place, categories in part.many.items():
        codes.append(nodes.cast(_codes(nodes, columns, place, categories), FLOAT))
    return {"one_hot": one_hot, "codes": codes}


def _codes(nodes, columns, place, categories: Categories):
    if columns.is_words(place):
        return _codes_of_words(nodes, columns, place, categories)
    return _codes_of_numbers(nodes, columns.at(place), categories)


def _codes_of_words(nodes, columns, place, categories):
    if MISSING_WORD in categories.words:
        raise ValueError(
            f"its column {columns.names[place]!r} has the empty word as a category, "
            "which stands for a missing one in ONNX. Write it otherwise before fit"
        )
    words = [MISSING_WORD if w is None else w for w in categories.words]
    return nodes.add(
        "LabelEncoder",
        columns.at(place),
        ml=True,
        keys_strings=words or [MISSING_WORD],
        values_int64s=list(range(1, len(words) + 1)) or [0],
        default_int64=0,
    )


def _codes_of_numbers(nodes, column, categories):
    """Compare numbers with those that the categories are written as."""
    column = nodes.cast(column, DOUBLE)
    known = [_number(word) for word in categories.words]
    equal = nodes.add("Equal", column, nodes.constant([known], np.float64))
    if None in categories.words:
        gaps = [[word is None for word in categories.words]]
        missing = nodes.add("IsNaN", column)
        missing = nodes.add("And", missing, nodes.constant(gaps, bool))
        equal = nodes.add("Or", equal, missing)
    numbers = np.arange(1.0, len(known) + 1)[:, None]
    found = nodes.add("MatMul", nodes.cast(equal, DOUBLE), nodes.constant(numbers))
    return nodes.cast(found, INT64)


def _number(word):
    """Return the number that a category is written as; NaN, equal to none, else."""
    if word in ("True", "False"):
        return float(word == "True")
    try:
        return float(word)
    except (TypeError, ValueError):
        return np.nan


_ADD = {
    NumberColumns: _numbers,
    DateColumns: _dates,
    BooleanColumns: _booleans,
    CategoryColumns: _categories,
}
