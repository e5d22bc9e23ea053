"""How Keras names layers, and knows a method that nobody has overridden.

Both are functions of `keras/src/utils/` without a public name.
"""

from keras.src.utils.naming import to_snake_case
from keras.src.utils.python_utils import is_default

__all__ = ["is_default", "to_snake_case"]
