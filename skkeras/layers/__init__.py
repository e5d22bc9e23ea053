"""Keras layers for the columns of tables, and for what nets say of targets."""

import skkeras.keras_backend  # noqa: F401  says what to do where there is none
from skkeras.layers.feature_scale import FeatureScale
from skkeras.layers.mean_of_nets import MeanOfNets
from skkeras.layers.non_crossing_quantiles import NonCrossingQuantiles
from skkeras.layers.periodic_embedding import PeriodicEmbedding
from skkeras.layers.piecewise_linear_encoding import PiecewiseLinearEncoding
from skkeras.layers.table_features import TableFeatures
from skkeras.layers.temperature_scaling import TemperatureScaling

__all__ = [
    "FeatureScale",
    "MeanOfNets",
    "NonCrossingQuantiles",
    "PeriodicEmbedding",
    "PiecewiseLinearEncoding",
    "TableFeatures",
    "TemperatureScaling",
]
