import pandas as pd
import pytest

from skkeras.report.task import infer_task


@pytest.mark.parametrize(
    ("values", "task", "reason"),
    [
        (["a", "b", "a"], "classification", "its values are 2 different words"),
        ([True, False], "classification", "its values are 2 different words"),
        ([1, 2, 3], "classification", "its values are 3 different whole numbers"),
        ([1.0, 2.0], "classification", "its values are 2 different whole numbers"),
        ([0.5, 1.0], "regression", "its values are numbers with fractions"),
        (range(11), "regression", "its values are 11 different whole numbers"),
    ],
)
def test_task_follows_from_the_values(values, task, reason):
    assert infer_task(pd.Series(values)) == (task, reason)
