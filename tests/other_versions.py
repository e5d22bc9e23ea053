"""What some versions of other libraries lack, and with it some of our tests."""

import keras
import pytest
import sklearn
from packaging.version import Version

from skkeras.sklearn_callbacks import HAS_CALLBACKS

KERAS = Version(keras.__version__)

needs_callbacks = pytest.mark.skipif(
    not HAS_CALLBACKS, reason="scikit-learn has callbacks from version 1.9 on"
)
needs_routing_to_scores_of_pipelines = pytest.mark.skipif(
    Version(sklearn.__version__) < Version("1.8"),
    reason="scikit-learn scores no pipeline of others with weights before version 1.8",
)
HAS_LITERT = Version("3.13") <= KERAS
# Model.fit of Keras 3.12 raises AttributeError with Muon on TensorFlow.
TRAINS_MUON = Version("3.13") <= KERAS or keras.backend.backend() != "tensorflow"
needs_muon = pytest.mark.skipif(
    not TRAINS_MUON, reason="Keras trains with Muon on TensorFlow from version 3.13 on"
)
needs_functions_for_weights = pytest.mark.skipif(
    Version("3.15") > KERAS,
    reason="Keras takes functions as regularizers and constraints from version 3.15 on",
)
