"""Transformers for what Keras models take and tables do not hold."""

from skkeras.preprocessing.column_inputs import ColumnInputs
from skkeras.preprocessing.multi_hot import MultiHotEncoder

__all__ = ["ColumnInputs", "MultiHotEncoder"]
