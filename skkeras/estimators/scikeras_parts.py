"""The parts of scikeras that are reused, and the one place that knows of it.

scikeras's own ``__init__`` replaces ``__reduce__`` and ``__deepcopy__`` of Keras's
classes for the whole process. Its files are therefore loaded without it: whoever
imports scikeras as well gets all of it, whoever does not gets an untouched Keras.
"""

from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

_FOUND: Any = find_spec("scikeras")
_SCIKERAS = Path(_FOUND.origin).parent


def _load(file_name):
    """Run one file of scikeras as a module of this one, so that pickles find it."""
    name = f"{__name__}.{Path(file_name).stem.strip('_')}"
    spec = spec_from_file_location(name, _SCIKERAS / file_name)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    for value in vars(module).values():
        if getattr(value, "__module__", None) == name:
            value.__module__ = __name__
    return module


_routing = _load("_utils.py")
_transformers = _load("utils/transformers.py")

accepts_kwargs = _routing.accepts_kwargs
has_param = _routing.has_param
try_to_convert_strings_to_classes = _routing.try_to_convert_strings_to_classes
unflatten_params = _routing.unflatten_params

ClassifierLabelEncoder = _transformers.ClassifierLabelEncoder
RegressorTargetEncoder = _transformers.RegressorTargetEncoder
TargetReshaper = _transformers.TargetReshaper
