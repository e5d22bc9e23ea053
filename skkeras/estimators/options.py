"""Arguments of a fit: from the constructor, from routed parameters, from the call."""

from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

from skkeras.estimators.legacy import ESTIMATOR_PARAMETERS, modern_name
from skkeras.estimators.routing import route_params
from skkeras.heads import nearest

FIT_PARAMETERS = frozenset(
    {
        "batch_size",
        "epochs",
        "initial_epoch",
        "verbose",
        "validation_split",
        "validation_data",
        "shuffle",
        "validation_batch_size",
        "validation_freq",
        "steps_per_epoch",
        "validation_steps",
    }
)
KERAS_ONLY = frozenset({"steps_per_epoch", "validation_steps"})


@dataclass(frozen=True)
class FitOptions:
    """How one call of fit trains; the names are those of ``Model.fit``."""

    batch_size: int | None = None
    epochs: int = 1
    initial_epoch: int = 0
    verbose: int | str = 0
    validation_split: float = 0.0
    validation_data: tuple | None = None
    shuffle: bool = True
    validation_batch_size: int | None = None
    validation_freq: Any = 1
    steps_per_epoch: int | None = None
    validation_steps: int | None = None

    @classmethod
    def of(cls, params, overrides):
        """Merge parameters: the call's over routed ``fit__`` ones over plain ones.

        Parameters
        ----------
        params : dict
            As ``get_params(deep=False)`` returns them.
        overrides : dict
            Keyword arguments of the call of fit.

        Raises
        ------
        TypeError
            When the call names an argument that training does not have.
        ValueError
            When a value is out of range.
        """
        for name in overrides.keys() - FIT_PARAMETERS:
            hint = modern_name(name, ESTIMATOR_PARAMETERS)
            raise TypeError(
                f"fit got an unexpected argument {name!r}."
                f"{hint or nearest(name, FIT_PARAMETERS)}"
            )
        plain = {name: params[name] for name in FIT_PARAMETERS & params.keys()}
        routed = route_params(params, "fit", pass_filter=set(), strict=True)
        routed = {name: routed[name] for name in FIT_PARAMETERS & routed.keys()}
        options = cls(**(plain | routed | overrides))
        options._check()
        return options

    def _check(self):
        _check_count("epochs", self.epochs)
        for name in ("batch_size", "validation_batch_size"):
            value = getattr(self, name)
            if value is not None and value != -1:
                _check_count(name, value, " or -1 for all rows at once")
        split = self.validation_split
        if not (isinstance(split, Real) and 0 <= split < 1):
            raise ValueError(
                f"validation_split must be at least 0 and less than 1, got {split!r}."
            )

    def rows_a_batch(self, n_rows):
        """Rows in a gradient update: Keras's 32 by default, -1 meaning all."""
        if self.batch_size == -1:
            return n_rows
        return self.batch_size or 32

    def rows_a_validation_batch(self, n_rows):
        """Rows in an evaluation batch, or None for as many as in an update."""
        return (
            n_rows if self.validation_batch_size == -1 else self.validation_batch_size
        )

    @property
    def keras_only(self):
        """Arguments that only ``Model.fit`` itself understands."""
        values = {name: getattr(self, name) for name in KERAS_ONLY}
        return {name: value for name, value in values.items() if value is not None}


def _check_count(name, value, otherwise=""):
    is_count = (
        isinstance(value, Integral) and not isinstance(value, bool) and value >= 1
    )
    if not is_count:
        raise ValueError(
            f"{name} must be an integer of at least 1{otherwise}, got {value!r}."
        )
