"""Pruning: while folds train, a trial's promise is judged on rows set aside."""

from skkeras.model_selection.records import Folds


class Judge:
    """Evaluates batches of trials, pruning where the search has a pruner."""

    def __init__(self, search, evaluator, metric):
        self._search = search
        self._evaluator = evaluator
        self._metric = metric

    def evaluate(self, batch):
        """Fit and score all folds of a batch of trials."""
        splits = self._search._checked_cv_orig.splits
        candidates = [params for _, params in batch]
        return [Folds.of(results) for results in self._evaluator.fit(candidates, splits)]
