"""A perceptron's L2 penalty, chosen on held-out rows where it is ``"auto"``."""

# A mixin: the estimator has the other attributes.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from skkeras import training
from skkeras.estimators.data.rows import Rows
from skkeras.estimators.inner_nets import (
    hold_out_third,
    inner_job,
    mean_loss,
    train_together,
)

PENALTIES = (3e-2, 1e-2, 3e-3, 1e-3, 3e-4)
UNCHOSEN = 1e-2  # safe on tables that are small or noisy
_FEWEST_ROWS, _MOST_ROWS = 30, 5000
# What costs about as much as the net that is kept. Each of three thirds held out in
# turn chose hardly better; half of these epochs favour penalties that are too small.
_SHARE_OF_EPOCHS = 0.3


class ChoosesPenalty:
    """Settles the penalty of a perceptron before the net that is kept is trained.

    For each penalty, a net with the first weights of the one that is kept is trained
    on two thirds of the rows for a part of the epochs. The penalty of the lowest loss
    on the last third is that of the net which is then trained on all rows.
    """

    _is_choosing = False

    @property
    def _penalty(self):
        """The penalty of the model there is, or of one that is built now."""
        return getattr(self, "l2_", UNCHOSEN) if self._has_to_choose else self.l2

    @property
    def _has_to_choose(self):
        return isinstance(self.l2, str)

    def _initialize(self, X, y, weights=None):
        vars(self).pop("l2_scores_", None)
        self.l2_ = UNCHOSEN if self._has_to_choose else self.l2
        super()._initialize(X, y, weights)

    def _array_job(self, rows, keep_model, class_weight, options, append):
        arguments = rows, keep_model, class_weight, options, append
        if keep_model or append or not self._has_to_choose:
            return super()._array_job(*arguments)
        self._is_choosing = True
        try:
            job = super()._array_job(*arguments)
            if _can_choose(job):
                self.l2_scores_ = self._scores(job, options)
                self.l2_ = lowest(self.l2_scores_)
            self._is_choosing = False
            self.model_ = self._make_model(with_penalty(self._build, self.l2_))
        finally:
            for name in ("_is_choosing", "_build"):
                vars(self).pop(name, None)
        self._built_with = self._params_of_the_model()
        return replace(job, fit_model=self._fit_model)

    def _scores(self, job, options):
        """Return the mean loss of held-out rows for each penalty."""
        epochs = max(1, round(_SHARE_OF_EPOCHS * options.epochs))
        classes = self._classes_of(job.y)
        parts = hold_out_third(
            len(job.y), self._seed, classes=classes, most_rows=_MOST_ROWS
        )
        kept, held_out = map(Rows(job.x, job.y, job.sample_weight).take, parts)
        jobs = []
        for penalty in PENALTIES:
            rates = self._rate_plan(replace(options, epochs=epochs))
            model = self._unbuilt_model(with_penalty(self._build, penalty))
            fit_model = training.as_fit_model(model)
            jobs.append(inner_job(job, fit_model, kept, epochs, rates))
        train_together(jobs)
        losses = [mean_loss(job.fit_model, held_out) for job in jobs]
        return dict(zip(PENALTIES, losses, strict=True))

    def _classes_of(self, y):
        """Return the class of each encoded target, where it has one."""
        kind = self.target_type_
        if kind.startswith("continuous") or kind == "multilabel-indicator":
            return None
        return y.argmax(axis=1) if y.ndim == 2 and y.shape[1] > 1 else y.ravel()

    def _rate_plan(self, options):
        """Return the callback that lowers the rate, without those that look on."""
        callbacks = self._own_callbacks(options, append=False)
        return [c for c in callbacks if isinstance(c, training.PlannedLearningRate)]


def with_penalty(build: partial, penalty: float) -> partial:
    """Return a call that builds the same model, but with another penalty.

    Parameters
    ----------
    build : functools.partial
        Of `skkeras.estimators.building.build.build_for`.
    penalty : float

    Returns
    -------
    functools.partial
    """
    return partial(build, params=build.keywords["params"] | {"model__l2": penalty})


def lowest(scores: Mapping[float, float]) -> float:
    """Return the penalty of the lowest loss.

    Parameters
    ----------
    scores : dict of float to float
        Mean held-out loss of each penalty, the largest penalty first.

    Returns
    -------
    float
        The larger one of equals; 0.01 where no loss is finite.
    """
    finite = {penalty: loss for penalty, loss in scores.items() if np.isfinite(loss)}
    return min(finite, key=finite.__getitem__, default=UNCHOSEN)


def _can_choose(job):
    are_arrays = isinstance(job.x, np.ndarray) and isinstance(job.y, np.ndarray)
    return are_arrays and len(job.y) >= _FEWEST_ROWS
