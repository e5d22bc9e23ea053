"""Multilayer perceptrons that need no factory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

from skkeras.estimators.legacy import PERCEPTRON_PARAMETERS, with_modern_names
from skkeras.estimators.perceptron import Perceptron
from skkeras.estimators.targets.classification import KerasClassification
from skkeras.estimators.targets.encoding import (
    RegressionTargetEncoder,
    StandardizedTargetEncoder,
)
from skkeras.estimators.targets.loss_minimum import warn_of_loss
from skkeras.estimators.targets.regression import KerasRegression
from skkeras.estimators.targets.target_unit import InTargetUnit
from skkeras.estimators.typing import (
    Callbacks,
    ClassWeight,
    LearningRate,
    OneLoss,
    Optimizer,
    RandomState,
)
from skkeras.heads import default_loss, loss_name, quantiles_of

# A change of the target's unit only rescales these, so their minimum stays in place.
_UNIT_FREE_LOSSES = {"mean_squared_error", "mean_absolute_error"}


class KerasMLPClassifier(Perceptron, KerasClassification):
    """A multilayer perceptron for classification, with nothing to write.

    Scale the features first, as for any neural network:
    ``make_pipeline(StandardScaler(), KerasMLPClassifier())``. The output layer follows
    the target (two classes, several, or a matrix of labels) and the loss.

    Parameters
    ----------
    hidden_layer_sizes : tuple of int, or int, default=(64, 64)
        Units of each hidden layer.
    activation : str or callable, default="relu"
        Activation of the hidden layers, as Keras names it.
    dropout : float in [0, 1), default=0.0
        Share of each hidden layer's outputs set to zero in training.
    l2 : float or "auto", default="auto"
        Factor of the sum of squared weights added to the loss. With ``"auto"``, nets of
        0.3 times ``epochs`` epochs are trained on two thirds of the rows, stratified
        and drawn by ``random_state``, with 0.03, 0.01, 0.003, 0.001 and 0.0003, as one
        program, and the penalty with the lowest loss on the last third is taken for the
        net that is then trained on all rows: a fit takes about twice as long as with a
        number. Callbacks see that net alone; ``engine="keras"`` trains that net alone
        through ``Model.fit``. Of more than 5,000 rows, 5,000 decide. It is 0.01 for
        fewer than 30 rows, for a ``PyDataset``, and where ``partial_fit`` begins; a
        model that is trained further keeps its penalty.
    batch_normalization : bool, default=False
        Whether each hidden layer is normalised over the batch.
    optimizer : str, keras.optimizers.Optimizer or class of one, default="adam"
        How weights follow gradients.
    learning_rate : float or keras.optimizers.schedules.LearningRateSchedule, \
default=0.01
        The rate of the first epoch, for an optimizer given by name or class; its own
        default when None. An instance keeps the rate it has.
    learning_rate_schedule : {"cosine", "constant"}, default="cosine"
        ``"cosine"`` lowers the rate from epoch to epoch along half a cosine, to a
        hundredth by the last of ``epochs``, and takes the first up again after fit, so
        ``partial_fit`` trains at ``learning_rate``; a schedule or an instance keeps
        its own.
    loss : str, keras.losses.Loss or callable, default=None
        The cross-entropy of the target when None.
    epochs : int, default=100
        Passes over the rows, at most.
    batch_size : int, default=32
        Rows in a gradient update; all when -1.
    early_stopping : bool, default=False
        Whether to hold out ``validation_fraction`` of the rows, stratified, and stop
        when their loss has not improved for ``patience`` epochs; the best weights are
        kept.
    patience : int, default=20
        Epochs to wait for an improvement.
    validation_fraction : float in (0, 1), default=0.1
        Share of the rows held out for early stopping.
    class_weight : dict or "balanced", default=None
        Weight of each class in the loss. Multiplies ``sample_weight``; in fit, only
        the ratios of the products matter.
    warm_start : bool, default=False
        Whether fit goes on from the weights of the last fit, and its optimizer's state,
        for another ``epochs`` epochs.
    random_state : int, RandomState instance or None, default=None
        Decides initial weights, dropout, the order of the rows and the rows held out.
    callbacks : keras.callbacks.Callback, class of one, list or dict, default=None
        They see every epoch.
    verbose : int, default=0
        0 prints nothing, 1 a progress bar, 2 a line an epoch.
    engine : {"auto", "keras"}, default="auto"
        ``"keras"`` forces ``Model.fit``.

    Attributes
    ----------
    model_ : keras.Model
        The trained model; built when first read.
    classes_ : ndarray of shape (n_classes,)
        Class labels.
    history_ : dict of str to list of float
        Loss and accuracy of each epoch.
    l2_ : float
        The penalty of the model: ``l2``, or what ``"auto"`` chose.
    l2_scores_ : dict of float to float
        Mean loss on held-out rows of each penalty, without it; only where one was
        chosen.
    training_ : skkeras.training.Training
        Which engine trained, and why.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of str
        Their names, where X had any.

    See Also
    --------
    KerasClassifier : Around a model of your own.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skkeras import KerasMLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> model = make_pipeline(StandardScaler(), KerasMLPClassifier(random_state=0))
    >>> bool(model.fit(X, y).score(X, y) > 0.95)
    True
    """

    _metrics = ("accuracy",)

    @with_modern_names(PERCEPTRON_PARAMETERS)
    def __init__(
        self,
        hidden_layer_sizes: Sequence[int] | int = (64, 64),
        *,
        activation: str | Callable[..., Any] = "relu",
        dropout: float = 0.0,
        l2: float | Literal["auto"] = "auto",
        batch_normalization: bool = False,
        optimizer: Optimizer = "adam",
        learning_rate: LearningRate | None = 0.01,
        learning_rate_schedule: Literal["cosine", "constant"] = "cosine",
        loss: OneLoss | None = None,
        epochs: int = 100,
        batch_size: int = 32,
        early_stopping: bool = False,
        patience: int = 20,
        validation_fraction: float = 0.1,
        class_weight: ClassWeight | None = None,
        warm_start: bool = False,
        random_state: RandomState = None,
        callbacks: Callbacks | None = None,
        verbose: int = 0,
        engine: Literal["auto", "keras"] = "auto",
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.dropout = dropout
        self.l2 = l2
        self.batch_normalization = batch_normalization
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.learning_rate_schedule = learning_rate_schedule
        self.loss = loss
        self.epochs = epochs
        self.batch_size = batch_size
        self.early_stopping = early_stopping
        self.patience = patience
        self.validation_fraction = validation_fraction
        self.class_weight = class_weight
        self.warm_start = warm_start
        self.random_state = random_state
        self.callbacks = callbacks
        self.verbose = verbose
        self.engine = engine

    def _loss(self):
        if self.loss is None and hasattr(self, "target_type_"):
            return default_loss(self.target_type_)
        return self.loss

    def _strata(self, y):
        return None if y.ndim == 2 and y.shape[1] > 1 else y


class KerasMLPRegressor(InTargetUnit, Perceptron, KerasRegression):
    """A multilayer perceptron for regression, with nothing to write.

    Scale the features first, as for any neural network:
    ``make_pipeline(StandardScaler(), KerasMLPRegressor())``. Targets are standardized
    for training with the squared and the absolute error and with
    :class:`~skkeras.losses.MultiQuantileLoss`, so that their unit does not matter;
    history and ``evaluate`` then give the loss of standardized targets, and callbacks
    see the model that predicts such ones. ``model_`` has one layer more, which gives
    predictions their unit. Later calls of ``partial_fit`` standardize as the first one
    did.

    Parameters
    ----------
    hidden_layer_sizes : tuple of int, or int, default=(64, 64)
        Units of each hidden layer.
    activation : str or callable, default="relu"
        Activation of the hidden layers, as Keras names it.
    dropout : float in [0, 1), default=0.0
        Share of each hidden layer's outputs set to zero in training.
    l2 : float or "auto", default="auto"
        Factor of the sum of squared weights added to the loss. With ``"auto"``, nets of
        0.3 times ``epochs`` epochs are trained on two thirds of the rows, drawn by
        ``random_state``, with 0.03, 0.01, 0.003, 0.001 and 0.0003, as one program, and
        the penalty with the lowest loss on the last third is taken for the net that is
        then trained on all rows: a fit takes about twice as long as with a number.
        Callbacks see that net alone; ``engine="keras"`` trains that net alone through
        ``Model.fit``. Of more than 5,000 rows, 5,000 decide. It is 0.01 for fewer than
        30 rows, for a ``PyDataset``, and where ``partial_fit`` begins; a model that is
        trained further keeps its penalty.
    batch_normalization : bool, default=False
        Whether each hidden layer is normalised over the batch.
    optimizer : str, keras.optimizers.Optimizer or class of one, default="adam"
        How weights follow gradients.
    learning_rate : float or keras.optimizers.schedules.LearningRateSchedule, \
default=0.01
        The rate of the first epoch, for an optimizer given by name or class; its own
        default when None. An instance keeps the rate it has.
    learning_rate_schedule : {"cosine", "constant"}, default="cosine"
        ``"cosine"`` lowers the rate from epoch to epoch along half a cosine, to a
        hundredth by the last of ``epochs``, and takes the first up again after fit, so
        ``partial_fit`` trains at ``learning_rate``; a schedule or an instance keeps
        its own.
    loss : str, keras.losses.Loss or callable, default="mean_squared_error"
        What training minimises.
    epochs : int, default=100
        Passes over the rows, at most.
    batch_size : int, default=32
        Rows in a gradient update; all when -1.
    early_stopping : bool, default=False
        Whether to hold out ``validation_fraction`` of the rows and stop when their
        loss has not improved for ``patience`` epochs; the best weights are kept.
    patience : int, default=20
        Epochs to wait for an improvement.
    validation_fraction : float in (0, 1), default=0.1
        Share of the rows held out for early stopping.
    warm_start : bool, default=False
        Whether fit goes on from the weights of the last fit, and its optimizer's state,
        for another ``epochs`` epochs.
    random_state : int, RandomState instance or None, default=None
        Decides initial weights, dropout, the order of the rows and the rows held out.
    callbacks : keras.callbacks.Callback, class of one, list or dict, default=None
        They see every epoch.
    verbose : int, default=0
        0 prints nothing, 1 a progress bar, 2 a line an epoch.
    engine : {"auto", "keras"}, default="auto"
        ``"keras"`` forces ``Model.fit``.

    Attributes
    ----------
    model_ : keras.Model
        The trained model, whose outputs are those of ``predict``; built when first
        read.
    history_ : dict of str to list of float
        Loss of each epoch.
    l2_ : float
        The penalty of the model: ``l2``, or what ``"auto"`` chose.
    l2_scores_ : dict of float to float
        Mean loss on held-out rows of each penalty, without it; only where one was
        chosen.
    training_ : skkeras.training.Training
        Which engine trained, and why.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of str
        Their names, where X had any.
    n_outputs_ : int
        Number of targets.
    quantiles_ : tuple of float
        What the columns of ``predict`` are; only after a fit with
        :class:`~skkeras.losses.MultiQuantileLoss`.

    See Also
    --------
    KerasRegressor : Around a model of your own.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skkeras import KerasMLPRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = make_pipeline(StandardScaler(), KerasMLPRegressor(random_state=0))
    >>> bool(model.fit(X, y).score(X, y) > 0.5)
    True
    """

    _metrics = None

    @with_modern_names(PERCEPTRON_PARAMETERS)
    def __init__(
        self,
        hidden_layer_sizes: Sequence[int] | int = (64, 64),
        *,
        activation: str | Callable[..., Any] = "relu",
        dropout: float = 0.0,
        l2: float | Literal["auto"] = "auto",
        batch_normalization: bool = False,
        optimizer: Optimizer = "adam",
        learning_rate: LearningRate | None = 0.01,
        learning_rate_schedule: Literal["cosine", "constant"] = "cosine",
        loss: OneLoss = "mean_squared_error",
        epochs: int = 100,
        batch_size: int = 32,
        early_stopping: bool = False,
        patience: int = 20,
        validation_fraction: float = 0.1,
        warm_start: bool = False,
        random_state: RandomState = None,
        callbacks: Callbacks | None = None,
        verbose: int = 0,
        engine: Literal["auto", "keras"] = "auto",
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.dropout = dropout
        self.l2 = l2
        self.batch_normalization = batch_normalization
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.learning_rate_schedule = learning_rate_schedule
        self.loss = loss
        self.epochs = epochs
        self.batch_size = batch_size
        self.early_stopping = early_stopping
        self.patience = patience
        self.validation_fraction = validation_fraction
        self.warm_start = warm_start
        self.random_state = random_state
        self.callbacks = callbacks
        self.verbose = verbose
        self.engine = engine

    def _initialize(self, X, y, weights=None):
        if not isinstance(self.target_encoder, StandardizedTargetEncoder):
            warn_of_loss(self.loss, y if weights is None else y[weights > 0])
        super()._initialize(X, y, weights)

    @property
    def target_encoder(self) -> Any:
        """Transformer of y: standardizing, where the loss allows it.

        Returns
        -------
        transformer
            Predictions come back in y's unit and shape.
        """
        if quantiles_of(self.loss) or loss_name(self.loss) in _UNIT_FREE_LOSSES:
            return StandardizedTargetEncoder()
        return RegressionTargetEncoder()
