"""The training engine: fit jobs in, trained models and histories out."""

from skkeras.training.evaluate import evaluate
from skkeras.training.job import Job, Result, Training
from skkeras.training.predict import predict
from skkeras.training.train import train

__all__ = ["Job", "Result", "Training", "evaluate", "predict", "train"]
