"""The programs of one signature, with the template that all are traced from."""

import numpy as np
import tensorflow as tf
from keras import tree

from skkeras.training.hyperparameters.base import Covers
from skkeras.training.keras_internals.batch_normalization import normalize_real_rows
from skkeras.training.program.divided import devices
from skkeras.training.program.independence import TRIED, rows_are_independent
from skkeras.training.program.program import tracing
from skkeras.training.program.programs_by_size import ProgramsBySize
from skkeras.training.program.template import make_template
from skkeras.training.routing.eligibility import Ineligible
from skkeras.training.rows.batches import Layout


class ProgramFamily:
    """A template and the programs that train populations of it.

    Parameters
    ----------
    job : Job
        One of the signature; the family keeps nothing of it.
    rows, held_out : tuple of (x, y, sample_weight)
        Its rows as Keras sees them; `held_out` may be None.
    covers : Covers, default=None
        What members may have of hyperparameters; what the job has where None.

    Raises
    ------
    Ineligible
        Where the job's model cannot be traced from a clone.
    """

    def __init__(self, job, rows, held_out, covers=None):
        covers = covers or Covers()
        batch_size = covers.get("batch_size", job.batch_size)
        few = _spread(rows, job.rows, TRIED)
        with tracing:
            self.template = make_template(job, few, covers)
            normalize_real_rows(self.template.model)
            self.independent = rows_are_independent(self.template, few)
        self._batch_sizes = batch_size, job.validation_batch_size or batch_size
        self._structures = (_row_specs(rows), held_out and _row_specs(held_out))
        self._programs = {}

    def check_batch_size(self, job):
        """Raise `Ineligible` where a job's batches would have to be filled up in vain.

        Parameters
        ----------
        job : Job
        """
        if job.batch_size != self._batch_sizes[0] and not self.independent:
            raise Ineligible("what a row gives depends on the other rows of its batch")

    def programs(self, n_rows, n_held_out):
        """Return the programs for members of these numbers of rows.

        Members share a program whatever their rows, unless the last batch must be
        trained at its true size.
        """
        counts = (n_rows, n_held_out)
        if self.independent:
            remainders = (None, None)
        else:
            remainders = tuple(
                n % size for n, size in zip(counts, self._batch_sizes, strict=True)
            )
        layouts = tuple(
            structure and Layout(structure, size, remainder)
            for structure, size, remainder in zip(
                self._structures, self._batch_sizes, remainders, strict=True
            )
        )
        if remainders not in self._programs:
            self._programs[remainders] = ProgramsBySize(
                self.template, layouts, devices()
            )
        return self._programs[remainders]


def _spread(rows, selected, count):
    """Return some rows from all over."""

    def take(array):
        if array is None:
            return None
        among = np.arange(len(array)) if selected is None else selected
        at = np.linspace(0, len(among) - 1, min(count, len(among)))
        return array[among[at.astype(int)]]

    return tree.map_structure(take, rows)


def _row_specs(rows):
    return tree.map_structure(
        lambda a: None if a is None else tf.TensorSpec(a.shape[1:], a.dtype), rows
    )
