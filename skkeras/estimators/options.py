"""Arguments of a fit: from the constructor, from routed parameters, from the call."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, Self

import numpy as np

from skkeras.estimators.legacy import OF_FIT, modern_name
from skkeras.estimators.routing import route_params
from skkeras.estimators.typing import ClassWeight
from skkeras.spelling import nearest

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
PREDICT_PARAMETERS = frozenset({"batch_size", "verbose", "steps", "callbacks"})
KERAS_ONLY = frozenset({"steps_per_epoch", "validation_steps"})


@dataclass(frozen=True)
class FitOptions:
    """How one call of fit trains; the names are those of ``Model.fit``."""

    batch_size: int | None = None
    epochs: int = 1
    initial_epoch: int = 0
    verbose: int | str = 0
    validation_split: float = 0.0
    validation_data: tuple[Any, ...] | None = None
    shuffle: bool = True
    validation_batch_size: int | None = None
    validation_freq: Any = 1
    steps_per_epoch: int | None = None
    validation_steps: int | None = None

    @classmethod
    def of(cls, params: dict[str, Any], overrides: dict[str, Any]) -> Self:
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
        for name in overrides:
            if name not in FIT_PARAMETERS:
                hint = modern_name(name, OF_FIT) or nearest(name, FIT_PARAMETERS)
                raise TypeError(f"fit got an unexpected argument {name!r}.{hint}")
        _check_routed(params)
        routed = route_params(params, "fit", FIT_PARAMETERS, strict=True)
        routed = {n: v for n, v in routed.items() if n in FIT_PARAMETERS}
        options = cls(**(routed | overrides))
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
        self._check_rest()

    def _check_rest(self):
        for name in ("steps_per_epoch", "validation_steps"):
            if getattr(self, name) is not None:
                _check_count(name, getattr(self, name))
        _check_integer("initial_epoch", self.initial_epoch, 0)
        held = self.validation_data
        if isinstance(held, str | dict | int | float) or (
            isinstance(held, list | tuple) and len(held) not in (2, 3)
        ):
            raise ValueError(
                "validation_data must be (X, y) or (X, y, sample_weight), got "
                f"{type(held).__name__}."
            )
        if not isinstance(self.validation_freq, list | tuple | set | range):
            _check_count("validation_freq", self.validation_freq, " or a list of them")
        if not isinstance(self.shuffle, bool | np.bool):
            raise ValueError(f"shuffle must be True or False, got {self.shuffle!r}.")
        if self.verbose != "auto" and not isinstance(self.verbose, bool | np.bool):
            _check_integer("verbose", self.verbose, 0, " or 'auto'")

    def rows_a_batch(self, n_rows: int) -> int:
        """Return the batch size: Keras's 32 by default, all rows for -1."""
        if self.batch_size == -1:
            return n_rows
        return self.batch_size or 32

    def rows_a_validation_batch(self, n_rows: int) -> int | None:
        """Return the validation batch size, or None for the batch size of training."""
        return (
            n_rows if self.validation_batch_size == -1 else self.validation_batch_size
        )

    @property
    def keras_only(self) -> dict[str, int]:
        """Arguments that only ``Model.fit`` itself understands."""
        values = {name: getattr(self, name) for name in KERAS_ONLY}
        return {name: value for name, value in values.items() if value is not None}


def _check_routed(params):
    """Check that fit and predict take every parameter that is routed to them."""
    for name in route_params(params, "predict"):
        if name.partition("__")[0] not in PREDICT_PARAMETERS:
            raise ValueError(
                f"predict__{name} has no effect: Model.predict takes no {name!r}."
                f"{nearest(name, PREDICT_PARAMETERS)}"
            )
    for name in route_params(params, "fit"):
        first = name.partition("__")[0]
        if name not in FIT_PARAMETERS | {"class_weight"} and first != "callbacks":
            known = {"callbacks", "class_weight", *FIT_PARAMETERS}
            hint = modern_name(name, OF_FIT) or nearest(name, known)
            raise ValueError(
                f"fit__{name} has no effect: training takes no {name!r}.{hint}"
            )


def pop_class_weight(
    params: dict[str, Any], overrides: dict[str, Any]
) -> ClassWeight | None:
    """Pop the class weights: those of the call, else routed ones, else the parameter.

    Parameters
    ----------
    params : dict
        All parameters of the estimator.
    overrides : dict
        Keyword arguments of the call of fit; ``class_weight`` is taken out of it.

    Returns
    -------
    dict, "balanced" or None
    """
    given = {"class_weight": None} | route_params(params, "fit", {"class_weight"})
    return overrides.pop("class_weight", given["class_weight"])


def _check_count(name, value, otherwise=""):
    _check_integer(name, value, 1, otherwise)


def _check_integer(name, value, least, otherwise=""):
    is_integer = isinstance(value, Integral) and not isinstance(value, bool)
    if not (is_integer and value >= least):
        raise ValueError(
            f"{name} must be an integer of at least {least}{otherwise}, got {value!r}."
        )
