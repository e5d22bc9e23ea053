"""What the four estimators share: from X and y to a trained model and back."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, Self

import keras
import numpy as np
from numpy.typing import ArrayLike
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import Tags

from skkeras import fusion, training
from skkeras.estimators.building.build import build_for
from skkeras.estimators.building.head import check_n_outputs
from skkeras.estimators.callback_files import own_files
from skkeras.estimators.callbacks import (
    SklearnCallbackBridge,
    check_monitors,
    flatten_callbacks,
    keras_callbacks,
)
from skkeras.estimators.continuing import Continuing
from skkeras.estimators.data.batches import feed
from skkeras.estimators.data.finite import warn_if_not_finite
from skkeras.estimators.data.inputs import check_X_y
from skkeras.estimators.data.rows import (
    Rows,
    Unchanged,
    cast_for_model,
    hold_out_last,
    take_rows,
)
from skkeras.estimators.data.streams import refuse_iterators, stream_job
from skkeras.estimators.data.weights import (
    checked_weights,
    mean_weight,
    of_mean_one,
    relative,
    weighted_rows,
)
from skkeras.estimators.has_model import HasModel
from skkeras.estimators.inspection import Inspection
from skkeras.estimators.legacy import with_hints
from skkeras.estimators.one_fit import fitting
from skkeras.estimators.options import FitOptions, pop_class_weight
from skkeras.estimators.parameters import RoutedParameters
from skkeras.estimators.prediction import Prediction
from skkeras.estimators.randomness import draw_seed
from skkeras.estimators.saving.estimator_file import Saving
from skkeras.estimators.scikeras_parts import build_method
from skkeras.estimators.typing import Features, TrainingRows
from skkeras.sklearn_callbacks import CallbackSupportMixin, with_callbacks  # pyright: ignore[reportAttributeAccessIssue]
from skkeras.sklearn_internals import (
    callback_context,
    callbacks_of,
    check_parameters,
)


class KerasEstimator(
    HasModel,
    Continuing,
    Prediction,
    Inspection,
    Saving,
    CallbackSupportMixin,
    RoutedParameters,
):
    """Base of the estimators: parameters, fit, raw predictions.

    A subclass has the parameters as attributes, and says with ``_y_numeric`` and
    ``target_encoder`` what its y is.
    """

    _y_numeric = False
    _weight_unit = None

    def _training_params(self):
        """Return the parameters as building and training read them."""
        return self._all_params()

    # Encoders

    @property
    def feature_encoder(self) -> Any:
        """Transformer of X into what the model takes; override it for your own.

        Returns
        -------
        transformer
            Fitted on the X of fit. What it returns, an array, a list or a dict of
            arrays, goes to the model. The default changes nothing.
        """
        return Unchanged()

    @property
    def target_encoder(self) -> Any:
        """Transformer of y into what the model takes; override it for your own.

        Returns
        -------
        transformer
            With ``inverse_transform`` from the model's raw outputs to predictions.
        """
        return FunctionTransformer()

    # Fit

    @with_callbacks
    def fit(
        self,
        X: TrainingRows,
        y: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
        **fit_params: Any,
    ) -> Self:
        """Build the model and train it.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features, ...), dict \
or keras.utils.PyDataset
            Training rows. A dict has an array for each named input of the model; a
            dataset gives batches ``(X, y)`` or ``(X, y, sample_weight)``.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
            Targets; None for a dataset, which has them.
        sample_weight : array-like of shape (n_samples,), default=None
            How much more one row counts than another. Only the ratios matter: the
            mean weight trains as no weights do, whatever the regularizers and the
            learning rate. Rows of weight 0 are left out, though their classes count.
        **fit_params : dict
            Arguments of ``Model.fit`` for this call alone, such as
            ``validation_data=(X_val, y_val)``.

        Returns
        -------
        self : estimator instance
            The fitted estimator.
        """
        keep_model = self.warm_start and self.initialized_
        with fitting(self):
            self._fit(X, y, sample_weight, keep_model, fit_params)
        return self

    @with_callbacks
    def partial_fit(
        self,
        X: TrainingRows,
        y: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
        **fit_params: Any,
    ) -> Self:
        """Train one more epoch, from the model and the history as they are.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features, ...), dict \
or keras.utils.PyDataset
            Training rows, as in fit.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Targets.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows, in the unit of the first call: the mean weight of
            the rows that the model was built for counts as 1, here and there.
        **fit_params : dict
            Arguments of ``Model.fit`` for this call alone.

        Returns
        -------
        self : estimator instance
            The fitted estimator.
        """
        for name in fit_params.keys() & {"epochs", "initial_epoch"}:
            raise TypeError(f"Invalid argument {name!r}: partial_fit trains one epoch.")
        self._check_partial_fit()
        epoch = {"epochs": 1, "initial_epoch": self.current_epoch}
        rows, is_begun = (X, y, sample_weight), self.initialized_
        with fitting(self):
            self._fit(*rows, is_begun, fit_params | epoch, append=True)
        return self

    def initialize(self, X: Features, y: ArrayLike) -> Self:
        """Build the model without training it, to predict with given weights.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features, ...) or dict
            Rows to learn the shapes from.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Targets to learn the classes or the number of outputs from.

        Returns
        -------
        self : estimator instance
            The estimator, ready to predict.
        """
        check_parameters(self)
        with fitting(self):
            self._initialize(*self._check_X_y(X, y, reset=True))
            self.history_ = {}
        return self

    def _fit(self, X, y, sample_weight, keep_model, overrides, append=False):
        check_parameters(self)
        if keep_model:
            self._go_on()
        overrides = dict(overrides)
        call_callbacks = list(flatten_callbacks(overrides.pop("callbacks", None) or []))
        class_weight = pop_class_weight(self._all_params(), overrides)
        options = FitOptions.of(self._training_params(), overrides)
        context = callback_context(self, max_subtasks=options.epochs)
        context.call_on_fit_task_begin(estimator=self, X=X, y=y)
        given = {"X": X, "y": y, "sample_weight": sample_weight}

        if isinstance(X, keras.utils.PyDataset):
            if y is not None or sample_weight is not None:
                raise TypeError("A PyDataset gives y and sample_weight itself.")
            job = stream_job(self, X, keep_model, class_weight, options, append)
        else:
            rows = Rows(X, y, sample_weight)
            job = self._array_job(rows, keep_model, class_weight, options, append)
        callbacks = keras_callbacks(
            self._training_params(), "callbacks", "fit__callbacks"
        )
        callbacks += self._own_callbacks(options, append)
        if callbacks_of(self):
            callbacks.append(SklearnCallbackBridge(self, context, **given))
        job = replace(job, callbacks=(*callbacks, *call_callbacks))
        check_monitors(job.model, job.callbacks)
        self._train(job, append)
        context.call_on_fit_task_end(
            estimator=self, X=X, y=y, reconstruction_attributes={}
        )

    def _array_job(self, rows, keep_model, class_weight, options, append):
        refuse_iterators(rows.X)
        X, y = self._check_X_y(rows.X, rows.y, reset=not keep_model)
        weights = checked_weights(y, rows.sample_weight)
        rows = weighted_rows(Rows(X, y, weights))
        if not keep_model:
            self._initialize(rows.X, y, weights)
        if self._weight_unit is None or not (keep_model and append):
            self._weight_unit = mean_weight(weights)
        rows, held_out = self._hold_out(relative(rows, self._weight_unit), options)
        rows = self._weigh_classes(rows, class_weight)
        if not append:
            rows = self._settle_weights(rows)
        return self._job(rows, held_out, options)

    def _settle_weights(self, rows):
        """Return the rows with their final weights; perceptrons rescale them here."""
        return rows

    def _own_callbacks(self, options, append):
        """Create the callbacks that parameters other than ``callbacks`` ask for."""
        return []

    def _initialize(self, X, y, weights=None):
        """Learn the target and the features, and build a model for them.

        The weights, where given, are those of ``y``, with zeros; ``X`` has no rows
        of weight 0.
        """
        self._seed = draw_seed(self.random_state)
        self._learn_target(y, weights)
        self.feature_encoder_ = self.feature_encoder.fit(X)
        self._adopt_metadata(self.feature_encoder_)
        # Copied, since a view would keep X alive for as long as the model may be built.
        row = self.feature_encoder_.transform(take_rows(X, np.arange(1)))
        build = partial(
            build_for,
            row,
            self._seed,
            factory=self._factory(),
            params=self._training_params(),
            given=self._given_params(),
            user_params=set(self._user_params()),
            meta=self._metadata(),
        )
        self.model_ = self._make_model(build)
        self._kept_graphs = training.KeptGraphs()
        self._check_model(self._prototype)
        self._built_with = self._params_of_the_model()

    def _make_model(self, build):
        """Build the model, or return an `UnbuiltModel` that can."""
        return build()

    def _learn_target(self, y, weights=None):
        self.target_encoder_ = self._fitted_target_encoder(y, weights)
        self._adopt_metadata(self.target_encoder_)

    def _fitted_target_encoder(self, y, weights):
        return self.target_encoder.fit(y)

    def _adopt_metadata(self, encoder):
        vars(self).update(getattr(encoder, "get_metadata", dict)())

    def _metadata(self):
        """Collect what the data taught, which a factory may take as ``meta``."""
        of_training = {"model_", "history_", "training_", "quantiles_"}
        names = [name for name in vars(self) if name[-1] == "_" and name[0] != "_"]
        return {name: getattr(self, name) for name in names if name not in of_training}

    def _factory(self):
        """Return the model factory, or the model to copy."""
        factory = self.model if self.model is not None else self.build_fn
        if factory is None:
            factory = build_method(self)
        if factory is None:
            raise ValueError(
                f"{type(self).__name__} needs a model: a function that returns a Keras "
                "model, or a Keras model."
            )
        return factory

    def _check_model(self, model):
        check_n_outputs(model, getattr(self, "n_outputs_expected_", None))

    def _hold_out(self, rows, options):
        """Split off the rows to validate on: given ones, or the last, as Keras does."""
        if options.validation_data is not None:
            return rows, of_mean_one(self._checked_rows(*options.validation_data))
        if not options.validation_split:
            return rows, None
        return hold_out_last(rows, options.validation_split)

    def _checked_rows(self, X, y, sample_weight=None):
        """Validate rows for a fitted estimator, and leave out those of weight 0."""
        X, y = self._check_X_y(X, y, reset=False)
        return weighted_rows(Rows(X, y, checked_weights(y, sample_weight)))

    def _weigh_classes(self, rows, class_weight):
        if class_weight is not None:
            raise TypeError(f"class_weight is not for {type(self).__name__}.")
        return rows

    def _job(self, rows, held_out, options):
        count = len(rows.y)
        batch_size = options.rows_a_batch(count)
        held_out_size = options.rows_a_validation_batch(count)
        seed = self._seed if options.shuffle else None
        x, y, sample_weight = feed(self._encode(*rows), batch_size, seed)
        if held_out is not None:
            held_out = feed(self._encode(*held_out), held_out_size or batch_size)
        return training.Job(
            fit_model=self._fit_model,
            x=x,
            y=y,
            sample_weight=sample_weight,
            validation_data=held_out,
            epochs=options.initial_epoch + options.epochs,
            initial_epoch=options.initial_epoch,
            batch_size=batch_size,
            validation_batch_size=held_out_size,
            validation_freq=options.validation_freq,
            shuffle=options.shuffle and y is not None,
            seed=self._seed,
            verbose=options.verbose,
            engine=self.engine,
            defer_optimizer=True,
            fit_kwargs=options.keras_only,
        )

    def _encode(self, X, y, sample_weight=None):
        if sample_weight is not None:
            sample_weight = np.asarray(sample_weight, dtype=keras.config.floatx())
        x, model = self.feature_encoder_.transform(X), self._prototype
        if not (training.has_own_fit(model) and isinstance(x, np.ndarray)):
            # A fit of the model's own takes X as it came.
            x = cast_for_model(model, x)
        return x, self.target_encoder_.transform(y), sample_weight

    def _train(self, job, append):
        with own_files(self, job.callbacks):
            result = fusion.fit(job)
        if result.error is not None:
            raise with_hints(result.error)
        old = getattr(self, "history_", {}) if append else {}
        self.history_ = {
            name: [*old.get(name, ()), *values]
            for name, values in result.history.items()
        }
        self.training_ = result.training
        warn_if_not_finite(self, result.history, self._fit_model.weights)

    def _check_X_y(self, X, y, reset):
        return check_X_y(self, X, y, reset, self._y_numeric)

    def _check_known(self, y):
        """Check that the model can be trained and evaluated on these targets."""

    def _trains_one_epoch(self):
        return getattr(self, "fit__epochs", self.epochs) == 1

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
