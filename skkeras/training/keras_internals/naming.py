"""How Keras names layers, and knows a method that nobody has overridden.

- ``to_snake_case``: the name of a layer by its class. Two regular expressions.
- ``is_default``: whether a callback's method is the base class's. Compare with that.
"""

from keras.src.utils.naming import to_snake_case
from keras.src.utils.python_utils import is_default

__all__ = ["is_default", "to_snake_case"]
