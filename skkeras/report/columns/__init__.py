"""How each column of a user's table is read, and what it is used as."""

from skkeras.report.columns.choices import Choices
from skkeras.report.columns.column import GROUPS, LEFT_OUT, Column
from skkeras.report.columns.table import Table, use_columns

__all__ = ["GROUPS", "LEFT_OUT", "Choices", "Column", "Table", "use_columns"]
