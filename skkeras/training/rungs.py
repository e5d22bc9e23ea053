"""Rungs: epochs at which fits wait for each other, since some may not go on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import keras


class Rungs(keras.callbacks.Callback):
    """Halts a fit after some epochs, and may end it there.

    The compiled engine on TensorFlow trains all fits of a call to their next rung,
    tells each by `reach`, in the order of the fits, and only then asks which of them
    are over. So fits may be judged by each other, and those that go on share fewer and
    smaller programs. What `Model.fit` trains runs ahead: there a fit is told of a rung
    as it comes to it, and asked at once.

    A subclass says where the rungs are (`after`), what happens there (`reach`), and
    whether the fit ends there (`is_over`). No other hook is certain to be called, nor
    `model` to be set.

    Examples
    --------
    >>> from skkeras.training import Rungs
    >>> class Halving(Rungs):
    ...     def after(self, epochs):
    ...         return [epochs // 2]
    ...     def reach(self, epoch, is_last):
    ...         print("after", epoch, "epochs")
    >>> Halving().is_over
    False
    """

    @property
    def is_over(self) -> bool:
        """Whether the fit ends at the rung that it has reached."""
        return False

    def after(self, epochs: int) -> Iterable[int]:
        """Return the numbers of epochs after which the fit halts.

        Parameters
        ----------
        epochs : int
            Those of the whole fit.

        Returns
        -------
        iterable of int
            In any order; those beyond the fit do not count.
        """
        raise NotImplementedError

    def reach(self, epoch: int, is_last: bool) -> None:
        """Do what is due at a rung, or at the end; the fit's model is as of this time.

        Parameters
        ----------
        epoch : int
            How many epochs have been trained.
        is_last : bool
            Whether the fit has ended, be there a rung or not. Where something else
            stops it between two rungs, `Model.fit` does not tell.
        """
        raise NotImplementedError

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Halt at a rung, where `Model.fit` trains."""
        n_epochs = self.params["epochs"]
        is_last = epoch + 1 == n_epochs
        if is_last or epoch + 1 in self.after(n_epochs):
            self.reach(epoch + 1, is_last)
            if self.is_over:
                self.model.stop_training = True


def rungs_among(callbacks: Sequence[keras.callbacks.Callback]) -> Rungs | None:
    """Return the first of the callbacks that is `Rungs`, if any is."""
    return next((each for each in callbacks if isinstance(each, Rungs)), None)


def without_rungs(
    callbacks: Sequence[keras.callbacks.Callback],
) -> list[keras.callbacks.Callback]:
    """Return the callbacks that want to hear of each epoch, or may."""
    first = rungs_among(callbacks)
    return [each for each in callbacks if each is not first]
