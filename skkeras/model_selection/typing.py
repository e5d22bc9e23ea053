"""Names for what searches and comparisons take, in annotations."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from numpy.typing import ArrayLike

from skkeras.model_selection.records import Folds


class Splitter(Protocol):
    """One of scikit-learn's splitters, or one of your own."""

    def get_n_splits(self, *args: Any, **kwargs: Any) -> int:
        """Count the folds."""
        ...

    def split(self, *args: Any, **kwargs: Any) -> Iterable[Any]:
        """Give the rows of each fold."""
        ...


CrossValidation: TypeAlias = (
    int | Splitter | Iterable[tuple[ArrayLike, ArrayLike]] | None
)

_Scorer: TypeAlias = str | Callable[..., Any]
Scoring: TypeAlias = _Scorer | Sequence[_Scorer] | Mapping[str, _Scorer] | None

SearchSpace: TypeAlias = Mapping[str, Any] | Callable[[Any], Mapping[str, Any]]
Evaluate: TypeAlias = Callable[[list[tuple[Any, dict[str, Any]]]], list[Folds]]
