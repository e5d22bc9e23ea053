"""Routed parameters: ``optimizer__momentum`` is the optimizer's ``momentum``."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

ROUTING_PREFIXES = (
    "model",
    "fit",
    "compile",
    "predict",
    "optimizer",
    "loss",
    "metrics",
    "weighted_metrics",
    "callbacks",
    "score",
)


def route_params(
    params: dict[str, Any],
    destination: str,
    pass_filter: Container[str] = (),
    strict: bool = False,
) -> dict[str, Any]:
    """Return the parameters for one destination, in the order they were given.

    Parameters
    ----------
    params : dict
        All parameters.
    destination : str
        What they are for: ``"optimizer"`` takes ``optimizer__...``, less the prefix.
    pass_filter : container of str, default=()
        Names without a route that are taken too; a routed one of the same name wins.
    strict : bool, default=False
        Whether to leave out what is routed further, such as
        ``callbacks__0__patience``.

    Returns
    -------
    dict

    Examples
    --------
    >>> params = {"epochs": 3, "fit__shuffle": False, "fit__epochs": 4, "units": 2}
    >>> route_params(params, "fit", {"epochs"})
    {'epochs': 4, 'shuffle': False}
    """
    prefix = f"{destination}__"
    taken = {n: v for n, v in params.items() if "__" not in n and n in pass_filter}
    for name, value in params.items():
        rest = name.removeprefix(prefix)
        if rest != name and not (strict and "__" in rest):
            taken[rest] = value
    return taken


def is_routed(name: str) -> bool:
    """Check whether a parameter is routed to a part of the estimator.

    Parameters
    ----------
    name : str
        Of the parameter.

    Returns
    -------
    bool
    """
    return name.startswith(tuple(f"{prefix}__" for prefix in ROUTING_PREFIXES))
