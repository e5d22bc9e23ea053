"""What tests of predictions without TensorFlow share."""

import pytest


@pytest.fixture
def run_by_tensorflow(monkeypatch):
    """Count the graphs that TensorFlow runs, other than to read variables."""
    from skkeras.training.engines.graph import Graph

    runs, by_itself = [], Graph.__call__

    def counted(self, *arguments):
        runs.append(1)
        return by_itself(self, *arguments)

    monkeypatch.setattr(Graph, "__call__", counted)
    return runs
