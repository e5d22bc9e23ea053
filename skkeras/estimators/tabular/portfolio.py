"""The configurations of nets that a table's model is chosen from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from skkeras.spelling import nearest

_ENCODINGS = ("plain", "piecewise", "periodic")


@dataclass(frozen=True)
class TableNet:
    """One configuration of a net for tables.

    Parameters
    ----------
    encoding : {"plain", "piecewise", "periodic"}, default="plain"
        How numbers enter: as they are, beside a piecewise-linear encoding, or as
        periodic embeddings.
    hidden_layer_sizes : tuple of int, default=(64, 64)
        Units of each hidden layer.
    activation : str, default="relu"
        Activation of the hidden layers.
    l2 : float, default=1e-3
        Factor of the sum of squared weights added to the loss.
    dropout : float, default=0.0
        Share of each hidden layer's outputs set to zero in training.
    learning_rate : float, default=0.01
        The rate of the first epoch.
    feature_scale : bool, default=False
        Whether each feature has a weight of its own, by which those of no use fade; see
        :class:`~skkeras.layers.FeatureScale`.
    """

    encoding: str = "plain"
    hidden_layer_sizes: tuple[int, ...] = (64, 64)
    activation: str = "relu"
    l2: float = 1e-3
    dropout: float = 0.0
    learning_rate: float = 0.01
    feature_scale: bool = False

    @property
    def architecture(self) -> tuple[str, tuple[int, ...], str, float, bool]:
        """What decides which function the weights of a net describe."""
        return (
            self.encoding,
            self.hidden_layer_sizes,
            self.activation,
            self.dropout,
            self.feature_scale,
        )


def as_portfolio(
    given: Sequence[Mapping[str, Any]] | None, default: Sequence[TableNet]
) -> list[TableNet]:
    """Return the configurations that a parameter names.

    Parameters
    ----------
    given : list of dict or None
        Fields of `TableNet` by name.
    default : sequence of TableNet
        What None stands for.

    Returns
    -------
    list of TableNet

    Raises
    ------
    ValueError
        When there is none, or one has a field that `TableNet` has not.
    """
    if given is None:
        return list(default)
    if not given:
        raise ValueError("portfolio=[] has no configuration: give one at least.")
    return [_table_net(number, dict(values)) for number, values in enumerate(given)]


def _table_net(number, values):
    known = {field.name for field in fields(TableNet)}
    for name in values:
        if name not in known:
            raise ValueError(
                f"portfolio[{number}] has no field {name!r}.{nearest(name, known)}"
            )
    if "hidden_layer_sizes" in values:
        values["hidden_layer_sizes"] = tuple(values["hidden_layer_sizes"])
    net = TableNet(**values)
    if net.encoding not in _ENCODINGS:
        raise ValueError(
            f"portfolio[{number}] has encoding={net.encoding!r}; it may be one of "
            f"{', '.join(map(repr, _ENCODINGS))}."
        )
    return net


# Smooth units where numbers enter smoothly, and weights of features where columns or
# bins may be of no use: judged on eight tables of classes and five of numbers.
_KINDS = (
    TableNet(encoding="plain", activation="silu", feature_scale=True),
    TableNet(encoding="piecewise", activation="relu", feature_scale=True),
    TableNet(encoding="periodic", activation="silu"),
)


def _with_penalties(*penalties):
    return tuple(replace(kind, l2=l2) for kind in _KINDS for l2 in penalties)


# Weak penalties for tables with signal, strong ones for noise. Squared errors shrink
# with the weakest for longer.
OF_CLASSES = _with_penalties(1e-2, 3e-3, 1e-3, 3e-4)
OF_NUMBERS = _with_penalties(1e-2, 1e-3, 3e-4, 1e-4)
