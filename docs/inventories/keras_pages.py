"""Which page of keras.io, under /api/, describes which names of Keras."""


def _pages(folder, names):
    """Return a mapping for classes that have a page each, named in words."""
    return {f"{folder}/{page}/": [name] for page, name in names.items()}


KERAS_PAGES = {
    "models/model/": ["keras.Model", "keras.Model.summary", "keras.Model.get_layer"],
    "models/sequential/": ["keras.Sequential", "keras.Sequential.add"],
    "models/model_training_apis/": [
        "keras.Model.compile",
        "keras.Model.fit",
        "keras.Model.evaluate",
        "keras.Model.predict",
        "keras.Model.train_on_batch",
    ],
    "models/model_saving_apis/model_saving_and_loading/": [
        "keras.Model.save",
        "keras.saving.load_model",
    ],
    "models/model_saving_apis/weights_saving_and_loading/": [
        "keras.Model.save_weights",
        "keras.Model.load_weights",
    ],
    "models/model_saving_apis/model_config_serialization/": [
        "keras.Model.get_config",
        "keras.Model.from_config",
        "keras.models.clone_model",
    ],
    "models/model_saving_apis/export/": ["keras.Model.export"],
    "models/model_saving_apis/serialization_utils/": [
        "keras.saving.register_keras_serializable",
        "keras.saving.custom_object_scope",
    ],
    "layers/base_layer/": ["keras.Layer", "keras.layers.Layer"],
    "layers/activations/": ["keras.activations"],
    "layers/initializers/": ["keras.initializers", "keras.initializers.Initializer"],
    "layers/regularizers/": [
        "keras.regularizers.Regularizer",
        "keras.regularizers.L1",
        "keras.regularizers.L2",
        "keras.regularizers.L1L2",
    ],
    "layers/constraints/": ["keras.constraints.Constraint"],
    **_pages(
        "layers/core_layers",
        {
            "input": "keras.Input",
            "dense": "keras.layers.Dense",
            "activation": "keras.layers.Activation",
            "embedding": "keras.layers.Embedding",
            "masking": "keras.layers.Masking",
            "lambda": "keras.layers.Lambda",
        },
    ),
    **_pages(
        "layers/convolution_layers",
        {
            "convolution1d": "keras.layers.Conv1D",
            "convolution2d": "keras.layers.Conv2D",
            "convolution3d": "keras.layers.Conv3D",
        },
    ),
    **_pages(
        "layers/recurrent_layers",
        {
            "lstm": "keras.layers.LSTM",
            "gru": "keras.layers.GRU",
            "bidirectional": "keras.layers.Bidirectional",
        },
    ),
    **_pages(
        "layers/normalization_layers",
        {
            "batch_normalization": "keras.layers.BatchNormalization",
            "layer_normalization": "keras.layers.LayerNormalization",
        },
    ),
    **_pages(
        "layers/regularization_layers",
        {
            "dropout": "keras.layers.Dropout",
            "gaussian_noise": "keras.layers.GaussianNoise",
        },
    ),
    "optimizers/": ["keras.optimizers", "keras.optimizers.Optimizer"],
    **_pages(
        "optimizers",
        {
            "sgd": "keras.optimizers.SGD",
            "rmsprop": "keras.optimizers.RMSprop",
            "adam": "keras.optimizers.Adam",
            "adamw": "keras.optimizers.AdamW",
            "adadelta": "keras.optimizers.Adadelta",
            "adagrad": "keras.optimizers.Adagrad",
            "adamax": "keras.optimizers.Adamax",
            "adafactor": "keras.optimizers.Adafactor",
            "nadam": "keras.optimizers.Nadam",
            "ftrl": "keras.optimizers.Ftrl",
            "lion": "keras.optimizers.Lion",
            "lamb": "keras.optimizers.Lamb",
            "muon": "keras.optimizers.Muon",
        },
    ),
    "optimizers/learning_rate_schedules/learning_rate_schedule/": [
        "keras.optimizers.schedules.LearningRateSchedule",
    ],
    "losses/": ["keras.losses", "keras.losses.Loss"],
    "losses/probabilistic_losses/": [
        "keras.losses.BinaryCrossentropy",
        "keras.losses.CategoricalCrossentropy",
        "keras.losses.SparseCategoricalCrossentropy",
        "keras.losses.BinaryFocalCrossentropy",
        "keras.losses.CategoricalFocalCrossentropy",
        "keras.losses.KLDivergence",
        "keras.losses.Poisson",
    ],
    "losses/regression_losses/": [
        "keras.losses.CosineSimilarity",
        "keras.losses.Huber",
        "keras.losses.LogCosh",
        "keras.losses.MeanAbsoluteError",
        "keras.losses.MeanAbsolutePercentageError",
        "keras.losses.MeanSquaredError",
        "keras.losses.MeanSquaredLogarithmicError",
    ],
    "losses/hinge_losses/": [
        "keras.losses.CategoricalHinge",
        "keras.losses.Hinge",
        "keras.losses.SquaredHinge",
    ],
    "metrics/": ["keras.metrics"],
    "metrics/base_metric/": ["keras.metrics.Metric"],
    "metrics/classification_metrics/": [
        "keras.metrics.AUC",
        "keras.metrics.F1Score",
        "keras.metrics.Precision",
        "keras.metrics.Recall",
    ],
    "callbacks/": ["keras.callbacks"],
    **_pages(
        "callbacks",
        {
            "base_callback": "keras.callbacks.Callback",
            "csv_logger": "keras.callbacks.CSVLogger",
            "early_stopping": "keras.callbacks.EarlyStopping",
            "lambda_callback": "keras.callbacks.LambdaCallback",
            "learning_rate_scheduler": "keras.callbacks.LearningRateScheduler",
            "model_checkpoint": "keras.callbacks.ModelCheckpoint",
            "reduce_lr_on_plateau": "keras.callbacks.ReduceLROnPlateau",
            "tensorboard": "keras.callbacks.TensorBoard",
            "terminate_on_nan": "keras.callbacks.TerminateOnNaN",
        },
    ),
    "ops/": ["keras.ops"],
    "datasets/": ["keras.datasets"],
    **_pages(
        "datasets",
        {
            "cifar10": "keras.datasets.cifar10.load_data",
            "cifar100": "keras.datasets.cifar100.load_data",
            "fashion_mnist": "keras.datasets.fashion_mnist.load_data",
            "imdb": "keras.datasets.imdb.load_data",
            "mnist": "keras.datasets.mnist.load_data",
            "reuters": "keras.datasets.reuters.load_data",
        },
    ),
    "utils/python_utils/": [
        "keras.utils.PyDataset",
        "keras.utils.set_random_seed",
        "keras.utils.to_categorical",
    ],
    "utils/model_plotting_utils/": ["keras.utils.plot_model"],
    "utils/sklearn_wrappers/": [
        "keras.wrappers.SKLearnClassifier",
        "keras.wrappers.SKLearnRegressor",
    ],
}
