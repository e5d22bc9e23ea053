"""Rows that a perceptron holds out of a fit, to stop when they stop improving."""

import keras
import numpy as np
from sklearn.model_selection import train_test_split


class WatchesRows:
    """Holds out validation rows as scikit-learn's MLP does, and stops early on them."""

    def _check_partial_fit(self):
        super()._check_partial_fit()
        if self.early_stopping:
            raise ValueError(
                "partial_fit does not support early_stopping=True: it trains one "
                "epoch, on a part of the rows."
            )

    def _own_callbacks(self, options, append):
        callbacks = super()._own_callbacks(options, append)
        if self.early_stopping:
            stop = keras.callbacks.EarlyStopping(
                monitor="val_loss", patience=self.patience, restore_best_weights=True
            )
            callbacks.append(stop)
        return callbacks

    def _hold_out(self, rows, options):
        if options.validation_data is not None or not self.early_stopping:
            return super()._hold_out(rows, options)
        kept, held = self._validation_rows(rows.y)
        return rows.take(kept), rows.take(held)

    def _validation_rows(self, y):
        """Draw training and validation rows as scikit-learn's MLP does."""
        kept, held = train_test_split(
            np.arange(len(y)),
            test_size=self.validation_fraction,
            random_state=self._seed,
            stratify=self._strata(y),
        )
        return np.sort(kept), np.sort(held)

    def _strata(self, y):
        return None
