"""Compare models on the same folds, and write down what came out."""

from skkeras.report.baselines import classic_models, keras_models
from skkeras.report.comparison import Comparison, compare
from skkeras.report.evaluation import Evaluation

__all__ = ["Comparison", "Evaluation", "classic_models", "compare", "keras_models"]
