"""How far rounding alone moves a fit: what a fit makes of the last bits.

Under an adaptive optimizer a gradient that is nothing but rounding noise takes full
steps: two right programs then end at different weights. How far, `Model.fit` tells by
itself where it starts from weights, and sees rows, that differ in their last bits, and
where XLA compiles it: what cancels in one order of operations need not in another.
"""

from dataclasses import replace

import numpy as np
from keras import tree

from random_models.quantities import distance, quantities
from skkeras.training import BuiltModel, train

FITS = 4
SIZE = 1e-7  # one unit in the last place of a float32, or none
TIMES = 10  # two compilers round every operation, the perturbation only the first


class Rounding:
    """Fits of a member from weights, and on rows, whose last bits differ.

    Parameters
    ----------
    case : Case
    member : int
    engine : str
        That makes these fits.
    """

    def __init__(self, case, member, engine):
        self._case, self._member, self._engine = case, member, engine
        self._model, self._found = None, []

    def explains(self, name, gap):
        """Tell whether rounding may move a quantity so far."""
        if not self._found:
            self._found = [self._fit(number) for number in range(FITS + 1)]
            self._found += self._compiled_by_xla()
        first, *others = self._found
        if any(name not in other or name not in first for other in others):
            return True
        return gap <= TIMES * max(
            distance(other[name], first[name]) for other in others
        )

    def _fit(self, number):
        job = self._case.job(self._member, engine=self._engine)
        if number:
            rng = np.random.default_rng((self._case.seed, number))
            for variable in job.model.trainable_variables:
                variable.assign(_nudged(np.asarray(variable), rng))
            # Rows too: a layer may read them before any weight has a part.
            x = tree.map_structure(lambda leaf: _nudged(leaf, rng), job.x)
            job = replace(job, x=x)
        if self._model is None:
            self._model = job.model
        else:  # one model for all, as tracing it takes longer than fitting it
            _copy_state(job.model, self._model)
        job = replace(job, fit_model=BuiltModel(self._model))
        (result,) = train([job])
        return quantities(job, result)

    def _compiled_by_xla(self):
        """Return what `Model.fit` leaves when XLA compiles it, if XLA can."""
        if self._engine != "keras":
            return []
        job = self._case.job(self._member, engine="keras")
        job.model.jit_compile = True
        (result,) = train([job])
        return [] if result.error is not None else [quantities(job, result)]


def _nudged(value, rng):
    """Change the last bits of floats, of those that are not zero."""
    if value.dtype.kind != "f":
        return value
    noise = rng.choice([-1, 1], value.shape)
    return value * (1 + SIZE * noise).astype(value.dtype)


def _copy_state(new, used):
    """Give a used model the weights and the optimizer's state of a new one."""
    new.optimizer.build(new.trainable_variables)
    variables = zip(
        [*new.variables, *new.optimizer.variables],
        [*used.variables, *used.optimizer.variables],
        strict=True,
    )
    for value, variable in variables:
        variable.assign(value)
