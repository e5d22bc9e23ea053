"""The training engine: fit jobs in, trained models and histories out.

The way of a job, on TensorFlow: `train` asks `routing` whether a compiled program may
and should train it (`Ineligible` says why not: then `model_fit` trains, the
reference). `planning` finds the jobs that can share a program: those of one signature,
and those that differ in `hyperparameters` which a program takes at run time. A
`program` is a clone of the model, traced as a function of the `state` that a fit
carries, over the `rows` of many fits. `audit` compares its steps with Keras's own
before anything of it is believed. A `population` of fits is then trained epoch by
epoch, and each gets its weights and a `Result`.

Other packages import from here, not from the rooms inside.
"""

import skkeras.keras_backend  # noqa: F401  says what to do where there is none
from skkeras.training.cache import LeastRecentlyUsed
from skkeras.training.engines.kept_graphs import KeptGraphs
from skkeras.training.engines.unseen_model import unseen_model
from skkeras.training.evaluate import evaluate
from skkeras.training.hyperparameters.learning_rate import PlannedLearningRate
from skkeras.training.job import Arrays, Job, Result, Training
from skkeras.training.keras_internals.forked import check_not_forked
from skkeras.training.keras_internals.generators import (
    BUILDING,
    own_generators,
    seeded_operations,
)
from skkeras.training.keras_internals.models import mark_as_called
from skkeras.training.predict import predict
from skkeras.training.routing.eligibility import has_own_fit
from skkeras.training.rows.epoch_order import epoch_order
from skkeras.training.rows.shared_rows import lay_out
from skkeras.training.rungs import Rungs
from skkeras.training.state.deferred_optimizer import complete
from skkeras.training.state.fit_model import (
    BuiltModel,
    FitModel,
    UnbuiltModel,
    UnchangedModel,
    as_fit_model,
)
from skkeras.training.train import train

__all__ = [
    "BUILDING",
    "Arrays",
    "BuiltModel",
    "FitModel",
    "Job",
    "KeptGraphs",
    "LeastRecentlyUsed",
    "PlannedLearningRate",
    "Result",
    "Rungs",
    "Training",
    "UnbuiltModel",
    "UnchangedModel",
    "as_fit_model",
    "check_not_forked",
    "complete",
    "epoch_order",
    "evaluate",
    "has_own_fit",
    "lay_out",
    "mark_as_called",
    "own_generators",
    "predict",
    "seeded_operations",
    "train",
    "unseen_model",
]
