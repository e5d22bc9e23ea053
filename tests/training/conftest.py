"""What several tests of the engine use."""

import pytest

from skkeras.training.engines import engine_of_backend


@pytest.fixture
def fresh_programs():
    """Let the next fits compile programs of their own, whatever tests ran before."""
    engine_of_backend().forget_programs()
