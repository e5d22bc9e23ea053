"""What some versions of other libraries lack, and with it some of our tests."""

import pytest

from skkeras.sklearn_callbacks import HAS_CALLBACKS

needs_callbacks = pytest.mark.skipif(
    not HAS_CALLBACKS, reason="scikit-learn has callbacks from version 1.9 on"
)
