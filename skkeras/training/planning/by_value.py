"""Keys of objects by value: all that a trace could have read of them.

A compiled program has turned what Python said while it was traced into constants.
Another fit may use it only where Python would say the same again: of stock classes the
values of their instances' attributes, of user code also the code itself, its defaults,
its closures and the globals that it names.
"""

import dis
import enum
import functools
import hashlib
import sys
import types

import keras
import numpy as np
from keras import tree

from skkeras.training.keras_internals.stock import (
    bookkeeping_of,
    is_stock,
    is_stock_module,
)

_MOST_TOKENS = 20_000  # of one object; who refers to more refers to a whole program
_MOST_BYTES = 1 << 27  # of one array
_PLAIN = (bool, int, str, bytes, complex, type(None), type(...))
_TYPES_BY_TEXT = (np.dtype, slice, range, enum.Enum)
_OF_CLASSES = frozenset(
    {
        *("__module__", "__doc__", "__dict__", "__weakref__", "__annotations__"),
        *("__firstlineno__", "__static_attributes__", "__abstractmethods__"),
        *("_abc_impl", "__annotate__", "__annotate_func__", "__annotations_cache__"),
    }
)
_HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE
_C_METHOD = types.BuiltinMethodType
_ways = {}  # how to add objects of a stock class


class NotComparable(Exception):
    """An object has no value that could be compared; the message names it."""


def by_value(value, variables=(), instead=None):
    """Return a hashable key of an object; equal keys mean equal traces.

    Parameters
    ----------
    value : object
    variables : list of keras.Variable, default=()
        State of a fit: each counts as its place in the list.
    instead : dict of (int, str) to value, default=None
        Values of attributes in place of an object's own, by its id and their names.

    Returns
    -------
    tuple

    Raises
    ------
    NotComparable
        Where a part of it cannot be compared.

    Examples
    --------
    >>> from skkeras.training.planning.by_value import by_value
    >>> def scaled(factor):
    ...     return lambda loss: factor * loss
    >>> by_value(scaled(2)) == by_value(scaled(2))
    True
    >>> by_value(scaled(2)) == by_value(scaled(3))
    False
    """
    walk = _Walk(variables, instead or {})
    walk.add(value)
    return tuple(walk.tokens)


class _Walk:
    """Goes through an object and what it refers to, each once."""

    def __init__(self, variables, instead):
        self.tokens, self._instead = [], instead
        self._places = {id(v): place for place, v in enumerate(variables)}
        self._seen, self._kept = {}, []

    def add(self, value):
        kind = type(value)
        if kind in _PLAIN:
            self._put(kind.__name__, value)
        elif kind is float:
            self._put(kind.__name__, value.hex())
        elif isinstance(value, (np.ndarray, np.generic)):
            self._add_array(value)
        elif isinstance(value, _TYPES_BY_TEXT):
            self._put(kind.__qualname__, str(value))
        elif id(value) in self._seen:
            self._put("again", self._seen[id(value)])
        else:
            self._seen[id(value)] = len(self._seen)
            self._kept.append(value)  # an id is good for as long as its object lives
            self._add_new(value, kind)

    def _put(self, *tokens):
        self.tokens.extend(tokens)
        if len(self.tokens) > _MOST_TOKENS:
            raise NotComparable("it refers to too much to compare")

    def _add_new(self, value, kind):
        add = _ways.get(kind) or self._way(value, kind)
        add(self, value)

    def _way(self, value, kind):
        ways = (add for kinds, add in self._WAYS if isinstance(value, kinds))
        add = next(ways, None)
        if add is None and keras.ops.is_tensor(value):
            add = _Walk._add_tensor
        elif add is None and kind.__name__ in ("DType", "TensorShape"):
            add = _Walk._add_text
        elif add is None and hasattr(value, "python_function"):
            add = _Walk._add_tf_function
        add = add or _Walk._add_instance
        if is_stock(kind):
            _ways[kind] = add
        return add

    def _add_tf_function(self, function):
        self._put("tf.function")
        self.add(function.python_function)

    def _add_array(self, array):
        array = np.asarray(array)
        if array.dtype.kind == "O":
            self._put("objects", array.shape)
            self._add_all(array.ravel().tolist())
            return
        if array.nbytes > _MOST_BYTES:
            raise NotComparable(f"an array of {array.nbytes} bytes")
        data = np.ascontiguousarray(array).tobytes()
        digest = hashlib.blake2b(data, digest_size=16).digest()
        self._put("array", array.dtype.str, array.shape, digest)

    def _add_tensor(self, tensor):
        try:
            array = np.asarray(tensor)
        except Exception as error:
            raise NotComparable("a symbolic tensor, or a table") from error
        if hasattr(tensor, "assign"):
            raise NotComparable("a variable that is not Keras's")
        self._add_array(array)

    def _add_text(self, value):
        self._put(type(value).__name__, str(value))

    def _add_all(self, values):
        for value in values:
            self.add(value)

    def _add_sequence(self, values):
        self._put("sequence", isinstance(values, tuple), len(values))
        self._add_all(values)

    def _add_set(self, values):
        keys = [by_value(value) for value in values]
        self._put("set", frozenset(keys))

    def _add_mapping(self, mapping):
        self._put("mapping", len(mapping))
        for name, value in mapping.items():
            self.add(name)
            self.add(value)

    def _add_variable(self, variable):
        place = self._places.get(id(variable))
        if place is None:
            raise NotComparable(f"the variable {variable.path!r} is not the model's")
        self._put("variable", place)

    def _add_symbol(self, symbol):
        self._put("symbol", str(symbol.shape), str(symbol.dtype))

    def _add_function(self, function):
        stock = is_stock_module(function.__globals__.get("__name__"))
        if stock:
            self._put("stock", function.__globals__["__name__"], function.__qualname__)
            self._put(function.__code__.co_firstlineno)
        else:
            self._put("function", function.__code__)
            self._add_all((function.__defaults__, function.__kwdefaults__))
            self._add_mapping(vars(function))
        for name, cell in zip(
            function.__code__.co_freevars, function.__closure__ or (), strict=True
        ):
            self._add_cell(name, cell)
        if not stock:
            self._add_globals(function)

    def _add_cell(self, name, cell):
        try:
            self._put(name)
            self.add(cell.cell_contents)
        except ValueError:
            self._put("empty")

    def _add_globals(self, function):
        names, modules, attributes = _names_in(function.__code__)
        for name in names:
            if name in function.__globals__:
                self._put(name)
                self._add_global(function.__globals__[name], attributes)
        for name in modules:
            module = sys.modules.get(name)
            if module is not None:
                self._add_global(module, attributes)

    def _add_global(self, value, attributes):
        self.add(value)
        if isinstance(value, types.ModuleType) and not is_stock_module(value.__name__):
            for name in attributes:
                if name in vars(value):
                    self._put(name)
                    self.add(vars(value)[name])

    def _add_module(self, module):
        self._put("module", module.__name__)

    def _add_builtin(self, function):
        owner = function.__self__
        self._put("builtin", function.__module__, function.__qualname__)
        if not isinstance(owner, (types.ModuleType, type(None))):
            self.add(owner)

    def _add_method(self, method):
        self._add_all((method.__func__, method.__self__))

    def _add_partial(self, partial):
        self._put("partial")
        self._add_all((partial.func, partial.args, partial.keywords))

    def _add_wrapped(self, wrapped):
        self._put(type(wrapped).__name__)
        self.add(wrapped.__func__)

    def _add_property(self, own):
        self._put("property")
        self._add_all((own.fget, own.fset))

    def _add_class(self, kind):
        if is_stock(kind):
            self._put("class", kind.__module__, kind.__qualname__)
            return
        self._put("class", kind.__name__)
        self._add_all(kind.__bases__)
        for name, value in vars(kind).items():
            if name not in _OF_CLASSES and not _is_slot(value):
                self._put(name)
                self.add(value)

    def _add_seeds(self, generator):
        self._put("seeds")
        self.add(generator.state)

    def _add_initializer(self, initializer):
        if not is_stock(type(initializer)):
            self._add_instance(initializer)
            return
        # Without a seed each has one of its own, which only decides weights.
        config = tree.map_structure(str, initializer.get_config())
        self._put(type(initializer).__name__, str(sorted(config.items())))

    def _add_metric(self, metric):
        for variable in metric.variables:
            self._places.setdefault(id(variable), len(self._places))
        self._add_instance(metric)

    def _add_policy(self, policy):
        self._put("policy", type(policy).__name__, policy.name)

    def _add_instance(self, value):
        kind = type(value)
        self.add(kind)
        if not _is_in_attributes(value, kind):
            raise NotComparable(f"an object of type {kind.__module__}.{kind.__name__}")
        skipped = bookkeeping_of(value)
        for name, attribute in _attributes(value, kind):
            if name in skipped or name[:6] == "_self_":
                continue
            if not _is_no_constant(value, kind, name, attribute):
                self.tokens.append(name)
                self.add(self._instead.get((id(value), name), attribute))

    _WAYS = (
        ((dict, types.MappingProxyType), _add_mapping),
        ((list, tuple), _add_sequence),
        ((set, frozenset), _add_set),
        (keras.Variable, _add_variable),
        (keras.KerasTensor, _add_symbol),
        (types.FunctionType, _add_function),
        (types.MethodType, _add_method),
        (types.BuiltinFunctionType, _add_builtin),
        (functools.partial, _add_partial),
        ((staticmethod, classmethod), _add_wrapped),
        (property, _add_property),
        (types.ModuleType, _add_module),
        (type, _add_class),
        (types.CodeType, lambda self, code: self._put("code", code)),
        (np.ufunc, lambda self, function: self._put("ufunc", function.__name__)),
        (keras.dtype_policies.DTypePolicy, _add_policy),
        (keras.random.SeedGenerator, _add_seeds),
        (keras.metrics.Metric, _add_metric),
        (keras.initializers.Initializer, _add_initializer),
    )


def _is_no_constant(value, kind, name, attribute):
    """Return whether an attribute is state, or read only where weights are made."""
    if isinstance(value, keras.layers.Layer) and is_stock(kind):
        return name == "seed" or (
            name != "activity_regularizer"
            and name.endswith(("_initializer", "_regularizer", "_constraint"))
        )
    if isinstance(value, keras.optimizers.Optimizer):
        parts = attribute if isinstance(attribute, (list, tuple)) else (attribute,)
        return name == "built" or any(isinstance(p, keras.Variable) for p in parts)
    return False


def _is_in_attributes(value, kind):
    """Return whether all that an object holds is in its attributes.

    Not so where a base of its class is written in C, and makes its objects itself.
    """
    bases = [b for b in kind.__mro__ if b not in (object, types.SimpleNamespace)]
    in_c = any(
        not base.__flags__ & _HEAP_TYPE
        or (isinstance(base.__new__, _C_METHOD) and base.__new__.__self__ is base)
        for base in bases
    )
    has_any = hasattr(value, "__dict__") or any("__slots__" in vars(b) for b in bases)
    return has_any and not in_c


def _attributes(value, kind):
    """Return names and values of an instance's attributes, slots included."""
    found = getattr(value, "__dict__", {})
    slots = [n for n in _slots_of(kind) if hasattr(value, n)]
    return [*found.items(), *((name, getattr(value, name)) for name in slots)]


def _slots_of(kind):
    """Return the names that a class's instances have in slots."""
    given = [vars(base).get("__slots__", ()) for base in kind.__mro__]
    names = [n for slots in given for n in ([slots] if type(slots) is str else slots)]
    return [n for n in names if n not in ("__dict__", "__weakref__")]


def _is_slot(value):
    return isinstance(value, (types.MemberDescriptorType, types.GetSetDescriptorType))


@functools.lru_cache(maxsize=4096)
def _names_in(code):
    """Return the globals, the imported modules and the attributes that code names."""
    names, modules, attributes = {}, {}, {}
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            names[step.argval] = None
        elif step.opname == "IMPORT_NAME":
            modules[step.argval] = None
        elif step.opname in ("LOAD_ATTR", "LOAD_METHOD", "IMPORT_FROM"):
            attributes[step.argval] = None
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            inner = _names_in(constant)
            for all_found, found in zip(
                (names, modules, attributes), inner, strict=True
            ):
                all_found.update(dict.fromkeys(found))
    return tuple(names), tuple(modules), tuple(attributes)
