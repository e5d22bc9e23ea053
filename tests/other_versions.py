"""What some versions of other libraries lack, and with it some of our tests."""

import keras
import pytest
import sklearn
from packaging.version import Version

from skkeras.sklearn_callbacks import HAS_CALLBACKS

needs_callbacks = pytest.mark.skipif(
    not HAS_CALLBACKS, reason="scikit-learn has callbacks from version 1.9 on"
)
needs_routing_to_scores_of_pipelines = pytest.mark.skipif(
    Version(sklearn.__version__) < Version("1.8"),
    reason="scikit-learn scores no pipeline of others with weights before version 1.8",
)
HAS_LITERT = Version(keras.__version__) >= Version("3.13")
