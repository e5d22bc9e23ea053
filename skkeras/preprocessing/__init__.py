"""Transformers for what Keras models take and tables do not hold."""

from skkeras.preprocessing.column_inputs import ColumnInputs
from skkeras.preprocessing.multi_hot import MultiHotEncoder
from skkeras.preprocessing.piecewise_linear import PiecewiseLinear
from skkeras.preprocessing.smooth_clip import SmoothClipScaler
from skkeras.preprocessing.table_encoder import TableEncoder

__all__ = [
    "ColumnInputs",
    "MultiHotEncoder",
    "PiecewiseLinear",
    "SmoothClipScaler",
    "TableEncoder",
]
