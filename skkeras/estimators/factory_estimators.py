"""The estimators around a model factory of the user's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from skkeras.estimators.targets.classification import KerasClassification
from skkeras.estimators.targets.regression import KerasRegression
from skkeras.estimators.typing import (
    Callbacks,
    ClassWeight,
    Factory,
    Loss,
    Optimizer,
    RandomState,
)
from skkeras.sklearn_internals import StrOptions, constrained  # pyright: ignore[reportAttributeAccessIssue]

_CONSTRAINTS = {
    "warm_start": ["boolean"],
    "random_state": ["random_state"],
    "shuffle": ["boolean"],
    "run_eagerly": ["boolean"],
    "engine": [StrOptions({"auto", "keras"})],
}


@constrained(**_CONSTRAINTS)
class KerasClassifier(KerasClassification):
    """A Keras model as a scikit-learn classifier.

    Targets are encoded for the loss that is really compiled, and decisions,
    ``predict_proba`` and ``decision_function`` follow it: the hinge losses separate at
    0 and have a margin but no probabilities, the cross-entropies have probabilities.

    Parameters
    ----------
    model : callable or keras.Model, default=None
        A function that returns a Keras model, compiled or not; or a model, which each
        fit copies. The function is called with those of its arguments that are routed
        to it (``model__units=12``, or plain ``units=12``), and with ``meta`` (a dict of
        what fit learnt from the data: ``n_features_in_``, ``X_shape_``,
        ``target_type_``, ``n_classes_``...), ``compile_kwargs`` and ``params`` (all
        parameters) where it has arguments of these names.
    build_fn : callable or keras.Model, default=None
        The older name of ``model``.
    warm_start : bool, default=False
        Whether fit goes on from the model of the last fit; its parameters must be
        what they were, its optimizer's learning rate apart.
    random_state : int, RandomState instance or None, default=None
        Decides initial weights, dropout and the order of the rows. Pass an int for
        the same result at each fit.
    optimizer : str, keras.optimizers.Optimizer or class of one, default="rmsprop"
        For a model that the factory does not compile. Names and classes take routed
        arguments: ``optimizer__learning_rate=0.01``.
    loss : str, keras.losses.Loss, class of one, callable, list or dict, default=None
        Likewise; ``loss__label_smoothing=0.1`` and so on.
    metrics : list or dict, default=None
        Metrics of the history, likewise.
    batch_size : int, default=None
        Rows in a gradient update: 32 when None, all when -1.
    validation_batch_size : int, default=None
        Rows in an evaluation batch.
    verbose : int, default=1
        0 prints nothing, 1 a progress bar, 2 a line an epoch.
    callbacks : keras.callbacks.Callback, class of one, list or dict, default=None
        Classes take routed arguments: ``callbacks__0__patience=3``. For
        scikit-learn's callbacks see ``set_callbacks``.
    validation_split : float, default=0.0
        Share of the rows, the last ones, to validate each epoch on.
    shuffle : bool, default=True
        Whether each epoch visits the rows in an order of its own.
    run_eagerly : bool, default=False
        Whether the model runs uncompiled, for debugging.
    epochs : int, default=1
        Passes over the rows. One is rarely enough.
    class_weight : dict or "balanced", default=None
        Weight of each class in the loss; ``"balanced"`` weighs classes inversely to
        their frequency. Multiplies ``sample_weight``, whose mean counts as 1. For
        one-hot rows by column; for rows of several labels a list of one dict of 0 and
        1 a label, or ``"balanced"``.
    engine : {"auto", "keras"}, default="auto"
        ``"keras"`` forces ``Model.fit``; ``"auto"`` trains in a compiled program where
        that gives the same result.
    **kwargs : dict
        Arguments of the factory, and routed parameters: ``model__``, ``optimizer__``,
        ``loss__``, ``metrics__``, ``callbacks__``, ``fit__``, ``predict__``,
        ``compile__``, ``score__``.

    Attributes
    ----------
    model_ : keras.Model
        The trained model.
    history_ : dict of str to list of float
        Loss and metrics of each epoch.
    training_ : skkeras.training.Training
        Which engine trained, and why.
    target_encoder_, feature_encoder_ : transformer
        Fitted encoders of y and X.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of str
        Their names, where X had any.
    target_type_ : str
        Kind of the target.
    classes_ : ndarray of shape (n_classes,)
        Class labels.
    n_classes_ : int
        Number of classes.

    See Also
    --------
    KerasMLPClassifier : Needs no factory.

    Examples
    --------
    >>> import keras
    >>> from sklearn.datasets import load_iris
    >>> from skkeras import KerasClassifier
    >>> def create_model(meta, units=8):
    ...     return keras.Sequential([
    ...         keras.Input((meta["n_features_in_"],)),
    ...         keras.layers.Dense(units, activation="relu"),
    ...         keras.layers.Dense(meta["n_classes_"], activation="softmax"),
    ...     ])
    >>> X, y = load_iris(return_X_y=True)
    >>> classifier = KerasClassifier(
    ...     create_model, loss="sparse_categorical_crossentropy", units=16,
    ...     optimizer="adam", optimizer__learning_rate=0.01, epochs=20, verbose=0,
    ...     random_state=0,
    ... )
    >>> classifier.fit(X, y).predict(X[:3])
    array([0, 0, 0])
    """

    def __init__(
        self,
        model: Factory | None = None,
        *,
        build_fn: Factory | None = None,
        warm_start: bool = False,
        random_state: RandomState = None,
        optimizer: Optimizer = "rmsprop",
        loss: Loss | None = None,
        metrics: Sequence[Any] | Mapping[str, Any] | None = None,
        batch_size: int | None = None,
        validation_batch_size: int | None = None,
        verbose: int = 1,
        callbacks: Callbacks | None = None,
        validation_split: float = 0.0,
        shuffle: bool = True,
        run_eagerly: bool = False,
        epochs: int = 1,
        class_weight: ClassWeight | None = None,
        engine: Literal["auto", "keras"] = "auto",
        **kwargs: Any,
    ) -> None:
        self.model = model
        self.build_fn = build_fn
        self.warm_start = warm_start
        self.random_state = random_state
        self.optimizer = optimizer
        self.loss = loss
        self.metrics = metrics
        self.batch_size = batch_size
        self.validation_batch_size = validation_batch_size
        self.verbose = verbose
        self.callbacks = callbacks
        self.validation_split = validation_split
        self.shuffle = shuffle
        self.run_eagerly = run_eagerly
        self.epochs = epochs
        self.class_weight = class_weight
        self.engine = engine
        self._keep_any(kwargs)


@constrained(**_CONSTRAINTS)
class KerasRegressor(KerasRegression):
    """A Keras model as a scikit-learn regressor.

    Predictions have the shape of y and the float type of X.

    Parameters
    ----------
    model : callable or keras.Model, default=None
        A function that returns a Keras model, compiled or not; or a model, which each
        fit copies. The function is called with those of its arguments that are routed
        to it (``model__units=12``, or plain ``units=12``), and with ``meta`` (a dict of
        what fit learnt from the data: ``n_features_in_``, ``X_shape_``,
        ``target_type_``, ``n_outputs_``...), ``compile_kwargs`` and ``params`` (all
        parameters) where it has arguments of these names.
    build_fn : callable or keras.Model, default=None
        The older name of ``model``.
    warm_start : bool, default=False
        Whether fit goes on from the model of the last fit; its parameters must be
        what they were, its optimizer's learning rate apart.
    random_state : int, RandomState instance or None, default=None
        Decides initial weights, dropout and the order of the rows. Pass an int for
        the same result at each fit.
    optimizer : str, keras.optimizers.Optimizer or class of one, default="rmsprop"
        For a model that the factory does not compile. Names and classes take routed
        arguments: ``optimizer__learning_rate=0.01``.
    loss : str, keras.losses.Loss, class of one, callable, list or dict, default=None
        Likewise; ``loss__label_smoothing=0.1`` and so on.
    metrics : list or dict, default=None
        Metrics of the history, likewise.
    batch_size : int, default=None
        Rows in a gradient update: 32 when None, all when -1.
    validation_batch_size : int, default=None
        Rows in an evaluation batch.
    verbose : int, default=1
        0 prints nothing, 1 a progress bar, 2 a line an epoch.
    callbacks : keras.callbacks.Callback, class of one, list or dict, default=None
        Classes take routed arguments: ``callbacks__0__patience=3``. For
        scikit-learn's callbacks see ``set_callbacks``.
    validation_split : float, default=0.0
        Share of the rows, the last ones, to validate each epoch on.
    shuffle : bool, default=True
        Whether each epoch visits the rows in an order of its own.
    run_eagerly : bool, default=False
        Whether the model runs uncompiled, for debugging.
    epochs : int, default=1
        Passes over the rows. One is rarely enough.
    engine : {"auto", "keras"}, default="auto"
        ``"keras"`` forces ``Model.fit``; ``"auto"`` trains in a compiled program where
        that gives the same result.
    **kwargs : dict
        Arguments of the factory, and routed parameters: ``model__``, ``optimizer__``,
        ``loss__``, ``metrics__``, ``callbacks__``, ``fit__``, ``predict__``,
        ``compile__``, ``score__``.

    Attributes
    ----------
    model_ : keras.Model
        The trained model.
    history_ : dict of str to list of float
        Loss and metrics of each epoch.
    training_ : skkeras.training.Training
        Which engine trained, and why.
    target_encoder_, feature_encoder_ : transformer
        Fitted encoders of y and X.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of str
        Their names, where X had any.
    target_type_ : str
        Kind of the target.
    quantiles_ : tuple of float
        What the columns of ``predict`` are; only after a fit with
        :class:`~skkeras.losses.MultiQuantileLoss`.

    See Also
    --------
    KerasMLPRegressor : Needs no factory, and standardizes y.

    Examples
    --------
    >>> import keras
    >>> from sklearn.datasets import load_diabetes
    >>> from skkeras import KerasRegressor
    >>> def create_model(meta):
    ...     return keras.Sequential([
    ...         keras.Input((meta["n_features_in_"],)),
    ...         keras.layers.Dense(8, activation="relu"),
    ...         keras.layers.Dense(meta["n_outputs_"]),
    ...     ])
    >>> X, y = load_diabetes(return_X_y=True)
    >>> regressor = KerasRegressor(
    ...     create_model, loss="mse", optimizer="adam", epochs=2, verbose=0,
    ... )
    >>> regressor.fit(X, y).predict(X[:3]).shape
    (3,)
    """

    def __init__(
        self,
        model: Factory | None = None,
        *,
        build_fn: Factory | None = None,
        warm_start: bool = False,
        random_state: RandomState = None,
        optimizer: Optimizer = "rmsprop",
        loss: Loss | None = None,
        metrics: Sequence[Any] | Mapping[str, Any] | None = None,
        batch_size: int | None = None,
        validation_batch_size: int | None = None,
        verbose: int = 1,
        callbacks: Callbacks | None = None,
        validation_split: float = 0.0,
        shuffle: bool = True,
        run_eagerly: bool = False,
        epochs: int = 1,
        engine: Literal["auto", "keras"] = "auto",
        **kwargs: Any,
    ) -> None:
        self.model = model
        self.build_fn = build_fn
        self.warm_start = warm_start
        self.random_state = random_state
        self.optimizer = optimizer
        self.loss = loss
        self.metrics = metrics
        self.batch_size = batch_size
        self.validation_batch_size = validation_batch_size
        self.verbose = verbose
        self.callbacks = callbacks
        self.validation_split = validation_split
        self.shuffle = shuffle
        self.run_eagerly = run_eagerly
        self.epochs = epochs
        self.engine = engine
        self._keep_any(kwargs)
