"""The model that Keras takes the steps with which a program is compared."""

from __future__ import annotations

from typing import Any, NamedTuple

import keras

from skkeras.training.program.template import Template, log_names
from skkeras.training.state.deferred_optimizer import complete
from skkeras.training.state.fit_model import BuiltModel, UnbuiltModel
from skkeras.training.state.slots import Slot


class Reference(NamedTuple):
    """A model and its state, in the form of a template's.

    Parameters
    ----------
    model : keras.Model
        Its optimizer is built.
    variables : list of Slot
        Of the model and its optimizer, one for each of the template's state.
    names : list of str
        Of its loss and metrics, in the template's order.
    """

    model: keras.Model
    variables: list[Slot | Any]
    names: list[str]


def reference_beside(fit_model: UnbuiltModel, template: Template) -> Reference:
    """Return a model with a fit's state that is dropped when the program is proven.

    The fit's own need not be built for that: who predicts reads its weights sooner
    where they lie in no variables.

    Parameters
    ----------
    fit_model : UnbuiltModel
    template : Template

    Returns
    -------
    Reference
    """
    model = fit_model.build_another()
    complete(model)
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    variables = template.state_of(BuiltModel(model))
    return Reference(model, variables, log_names(model, template))
