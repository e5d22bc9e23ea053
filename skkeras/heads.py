"""What a loss asks of the target and of the model's last layer.

A leaf: ready-made models size their head with it, the estimators encode targets,
decide and check heads with it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from skkeras.spelling import nearest

if TYPE_CHECKING:
    import keras

BINARY_CROSSENTROPIES = frozenset({"binary_crossentropy", "binary_focal_crossentropy"})
CATEGORICAL_CROSSENTROPIES = frozenset(
    {
        "categorical_crossentropy",
        "categorical_focal_crossentropy",
        "kl_divergence",
    }
)
SPARSE_CROSSENTROPIES = frozenset({"sparse_categorical_crossentropy"})
CROSSENTROPIES = (
    BINARY_CROSSENTROPIES | CATEGORICAL_CROSSENTROPIES | SPARSE_CROSSENTROPIES
)
HINGES = frozenset({"hinge", "squared_hinge"})
CATEGORICAL_MARGINS = frozenset({"categorical_hinge", "cosine_similarity"})
# Minimised by the conditional mean, which for a 0/1 target is a probability
# (Gneiting and Raftery, J. Am. Stat. Assoc. 102, 2007, section 3).
MEAN_LOSSES = frozenset({"mean_squared_error", "poisson"})
OTHER_LOSSES = frozenset(
    {
        "mean_absolute_error",
        "mean_absolute_percentage_error",
        "mean_squared_logarithmic_error",
        "huber",
        "log_cosh",
        "dice",
        "tversky",
        "circle",
        "ctc",
    }
)
KNOWN_LOSSES = (
    CROSSENTROPIES | HINGES | CATEGORICAL_MARGINS | MEAN_LOSSES | OTHER_LOSSES
)

RENAMED_LOSSES = {
    "cosine_proximity": "cosine_similarity",
    "cosine": "cosine_similarity",
    "logcosh": "log_cosh",
    "kullback_leibler_divergence": "kl_divergence",
}


def loss_name(
    loss: str | keras.Loss | type[keras.Loss] | Callable[..., Any] | None,
) -> str | None:
    """Return the canonical name of a loss: Keras's name of its function.

    Parameters
    ----------
    loss : str, keras.losses.Loss, type or callable
        A loss in any form that Keras or the estimators take.

    Returns
    -------
    str or None
        ``"mean_squared_error"`` for ``"mse"``, ``keras.losses.MeanSquaredError`` or an
        instance of it; None for a loss that is not one of Keras's own.

    Raises
    ------
    ValueError
        When a string names no loss of Keras.

    Examples
    --------
    >>> loss_name("mse")
    'mean_squared_error'
    """
    import keras

    if isinstance(loss, str):
        loss = _loss_called(loss)
    if isinstance(loss, type):
        loss = loss()
    # Keras's own Loss classes wrap the function of the same meaning.
    function = getattr(loss, "fn", loss)
    name = getattr(function, "__name__", None)
    is_keras_own = name in KNOWN_LOSSES and function is getattr(
        keras.losses, name, function
    )
    return name if is_keras_own else None


def _loss_called(name):
    """Return Keras's loss of this name, or raise with the nearest name."""
    import keras

    if name in RENAMED_LOSSES:
        raise ValueError(
            f"loss={name!r} is an old name: use loss={RENAMED_LOSSES[name]!r}."
        )
    try:
        return keras.losses.get(name)
    except ValueError:
        raise ValueError(
            f"Could not interpret loss={name!r}: it is no loss of Keras."
            f"{nearest(name, KNOWN_LOSSES)} See keras.losses for all of them, or pass "
            "a function of (y_true, y_pred)."
        ) from None


def quantiles_of(
    loss: str | keras.Loss | type[keras.Loss] | Callable[..., Any] | None,
) -> tuple[float, ...]:
    """Return the quantiles that a loss asks for.

    Parameters
    ----------
    loss : str, keras.losses.Loss, type or callable
        A loss in any form that Keras or the estimators take.

    Returns
    -------
    tuple of float
        Empty for any loss but :class:`~skkeras.losses.MultiQuantileLoss`.

    Examples
    --------
    >>> from skkeras.losses import MultiQuantileLoss
    >>> quantiles_of(MultiQuantileLoss([0.1, 0.9]))
    (0.1, 0.9)
    """
    from skkeras.losses import MultiQuantileLoss

    return loss.quantiles if isinstance(loss, MultiQuantileLoss) else ()


def check_one_target(n_outputs: int) -> None:
    """Raise `ValueError` where quantiles are asked of several targets.

    Parameters
    ----------
    n_outputs : int
        Number of targets.
    """
    if n_outputs != 1:
        raise ValueError(
            f"MultiQuantileLoss is of one target, but y has {n_outputs}: use "
            "a model a target."
        )


def from_logits(loss: str | keras.Loss | Callable[..., Any] | None) -> bool:
    """Check whether a loss expects unnormalised outputs (logits).

    Parameters
    ----------
    loss : keras.losses.Loss, str or callable
        A loss as a model holds it after ``compile``.

    Returns
    -------
    bool
        Its ``from_logits``, False where it has none.
    """
    return bool(getattr(loss, "from_logits", False))


def classification_head(
    target_type: str,
    n_classes: int,
    loss: str | keras.Loss | Callable[..., Any] | None,
) -> tuple[int, str]:
    """Choose the units and activation of the last layer for a target and a loss.

    Parameters
    ----------
    target_type : {"binary", "multiclass", "multilabel-indicator"}
        As :func:`sklearn.utils.multiclass.type_of_target` names it.
    n_classes : int
        Number of classes, or of labels.
    loss : str, keras.losses.Loss or callable
        The loss the model is compiled with.

    Returns
    -------
    units : int
        Units of the output layer.
    activation : str
        Its activation.

    Raises
    ------
    ValueError
        When no head makes sense of the loss for such a target.

    Examples
    --------
    >>> classification_head("multiclass", 3, "sparse_categorical_crossentropy")
    (3, 'softmax')
    """
    name = loss_name(loss)
    one_class_each = CATEGORICAL_CROSSENTROPIES | SPARSE_CROSSENTROPIES
    if target_type == "multilabel-indicator":
        if name in SPARSE_CROSSENTROPIES:
            raise ValueError(
                f"loss={name!r} takes class numbers, but y is a matrix of indicators: "
                "use loss='categorical_crossentropy' for one-hot rows, "
                "loss='binary_crossentropy' for several labels a sample."
            )
        if name in CATEGORICAL_MARGINS:
            return n_classes, "linear"
        if name in CATEGORICAL_CROSSENTROPIES:
            return n_classes, "linear" if from_logits(loss) else "softmax"
        return n_classes, "linear" if name in HINGES or from_logits(loss) else "sigmoid"
    if name in HINGES:
        return (1 if target_type == "binary" else n_classes), "linear"
    if name in CATEGORICAL_MARGINS:
        return max(n_classes, 2), "linear"
    if name in one_class_each:
        return max(n_classes, 2), "linear" if from_logits(loss) else "softmax"
    if target_type == "binary":
        return 1, "linear" if from_logits(loss) else "sigmoid"
    if name in BINARY_CROSSENTROPIES:
        return n_classes, "linear" if from_logits(loss) else "sigmoid"
    return n_classes, "softmax"


def regression_head(
    n_outputs: int, loss: str | keras.Loss | Callable[..., Any] | None
) -> tuple[int, str]:
    """Choose the units and activation of the last layer of a regression model.

    Parameters
    ----------
    n_outputs : int
        Number of targets.
    loss : str, keras.losses.Loss or callable
        The loss the model is compiled with.

    Returns
    -------
    units : int
        Units of the output layer.
    activation : str
        ``"softplus"`` where the loss needs positive predictions, else ``"linear"``.

    Raises
    ------
    ValueError
        When the loss is of the quantiles of one target, and there are several.

    Examples
    --------
    >>> regression_head(1, "poisson")
    (1, 'softplus')
    """
    if quantiles := quantiles_of(loss):
        check_one_target(n_outputs)
        return len(quantiles), "linear"
    needs_positive = {"poisson", "mean_squared_logarithmic_error", "kl_divergence"}
    return n_outputs, "softplus" if loss_name(loss) in needs_positive else "linear"


def default_loss(target_type: str) -> str:
    """Return the loss that a model gets when none is given.

    Parameters
    ----------
    target_type : str
        As :func:`sklearn.utils.multiclass.type_of_target` names it.

    Returns
    -------
    str
        The cross-entropy of a classification target, the squared error of a
        continuous one.

    Examples
    --------
    >>> default_loss("binary")
    'binary_crossentropy'
    """
    return {
        "binary": "binary_crossentropy",
        "multilabel-indicator": "binary_crossentropy",
        "multiclass": "sparse_categorical_crossentropy",
    }.get(target_type, "mean_squared_error")
