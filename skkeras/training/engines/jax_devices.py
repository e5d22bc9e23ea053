"""Where the members of a program of the JAX engine lie: on one device, or on several.

Several form a mesh of one axis, along which members are cut. `jax.shard_map` has each
device run the program of its own members: what one device does cannot depend on what
another does.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, cached_property, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import keras
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from skkeras.training.program.devices import ONE_DEVICE, Devices

_AXIS = "member"


def devices() -> Devices:
    """Return the devices of JAX's default backend that are like the first of them.

    Nothing is divided where somebody has chosen one of them (`jax.default_device`,
    `keras.device`), or has Keras distribute what it trains (`keras.distribution`).

    Returns
    -------
    Devices
    """
    is_chosen = jax.config.jax_default_device is not None
    there = () if is_chosen or keras.distribution.distribution() else _alike()
    if len(there) < 2:
        return ONE_DEVICE
    return Devices(there, with_own_memory=there[0].platform != "cpu")


@cache
def _alike():
    first, *others = jax.local_devices()
    return first, *(d for d in others if d.device_kind == first.device_kind)


class Place(NamedTuple):
    """Devices with equal numbers of members each.

    Parameters
    ----------
    size : int
        Members of the program.
    devices : tuple of jax.Device
        Empty where they are all on JAX's default device.
    """

    size: int
    devices: tuple[Any, ...]

    @classmethod
    def of(cls, members: int) -> Place:
        """Return where that many members are trained, and perhaps some more."""
        there = devices()
        size = there.divisible(members)
        return cls(size, there.of(size))

    def put(self, nest: Any) -> Any:
        """Return a nest of arrays of all members as one on the devices."""
        return jax.device_put(nest, self._sharding)

    def compiled(self, run: Callable[..., Any], *arguments: Any) -> Callable[..., Any]:
        """Compile a function of nests of arrays of all members, giving such nests."""
        return self._jit(run).lower(*arguments).compile()

    def select(self, which: np.ndarray, new: Any, old: Any) -> Any:
        """Return the new arrays of some members, and the old ones of the others."""
        return _selection(self)(which, new, old)

    def reader(self, state: Any) -> Callable[[int], Any]:
        """Return a function from a member's number to its part of a state.

        Arrays that lie on one device stay there, and those on several come to the
        host, from where Keras puts them on the device that it has the model on.
        """
        return _Fetched(state) if self.devices else partial(_member_at, state)

    @property
    def _sharding(self):
        return _sharding(self.devices) if self.devices else None

    def _jit(self, run):
        if not self.devices:
            return jax.jit(run)
        own, mesh = PartitionSpec(_AXIS), self._sharding.mesh
        # Without the check, which constants in the carry of a scan would not pass.
        part = jax.shard_map(
            run, mesh=mesh, in_specs=own, out_specs=own, check_vma=False
        )
        return jax.jit(part, in_shardings=self._sharding, out_shardings=self._sharding)


@cache
def _sharding(devices):
    return NamedSharding(Mesh(np.array(devices), (_AXIS,)), PartitionSpec(_AXIS))


class _Fetched:
    """A state of all members, which comes to the host when one is first asked for."""

    def __init__(self, state):
        self._state = state

    def __call__(self, k):
        # Copied: a part of what it is cut from would keep all members' in memory.
        return jax.tree.map(lambda values: np.array(values[k]), self._on_host)

    @cached_property
    def _on_host(self):
        return jax.device_get(self._state)


@jax.jit
def _member_at(state, k):
    return jax.tree.map(lambda values: values[k], state)


def _select(which, new, old):
    def choose(n, o):
        return jnp.where(which.reshape(-1, *[1] * (n.ndim - 1)), n, o)

    return jax.tree.map(choose, new, old)


@cache
def _selection(place):
    # Not compiled on one device, where there is not much to it.
    return place._jit(_select) if place.devices else _select
