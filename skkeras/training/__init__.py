"""The training engine: fit jobs in, trained models and histories out."""

import keras

from skkeras.training.eligibility import has_own_fit
from skkeras.training.evaluate import evaluate
from skkeras.training.job import Job, Result, Training

if keras.backend.backend() == "tensorflow":
    from skkeras.training.deferred import complete
    from skkeras.training.predict import predict
    from skkeras.training.train import train
else:
    from skkeras.training.any_backend import complete, predict, train

__all__ = [
    "Job",
    "Result",
    "Training",
    "complete",
    "evaluate",
    "has_own_fit",
    "predict",
    "train",
]
