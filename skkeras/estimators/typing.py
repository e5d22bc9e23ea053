"""Names for what estimators take, in annotations."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeAlias

import keras
import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

SparseMatrix: TypeAlias = sparse.sparray | sparse.spmatrix
Features: TypeAlias = ArrayLike | SparseMatrix | Mapping[str, ArrayLike]
TrainingRows: TypeAlias = Features | keras.utils.PyDataset

_Rows: TypeAlias = np.ndarray | sparse.csr_array | sparse.csr_matrix
CheckedFeatures: TypeAlias = _Rows | dict[str, np.ndarray]

Factory: TypeAlias = keras.Model | Callable[..., keras.Model]
Optimizer: TypeAlias = str | keras.Optimizer | type[keras.Optimizer]
LearningRate: TypeAlias = float | keras.optimizers.schedules.LearningRateSchedule
OneLoss: TypeAlias = str | keras.Loss | type[keras.Loss] | Callable[..., Any]
Loss: TypeAlias = OneLoss | Sequence[OneLoss] | Mapping[str, OneLoss]
Callbacks: TypeAlias = (
    keras.callbacks.Callback
    | type[keras.callbacks.Callback]
    | Sequence[Any]
    | Mapping[Any, Any]
)
ClassWeight: TypeAlias = (
    Mapping[Any, float] | Sequence[Mapping[int, float]] | Literal["balanced"]
)
RandomState: TypeAlias = int | np.random.RandomState | None
