"""What Keras users compile, each as a factory of small models and their data."""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from other_versions import TRAINS_MUON

L, O = keras.layers, keras.optimizers  # noqa: E741
ROWS = 47


@dataclass
class Case:
    """A kind of model, with data that suits it.

    Parameters
    ----------
    kind : str
        Heading in the documentation.
    make : callable
        Returns a built and compiled model.
    x, y : ndarray, list or dict of ndarray
        Of ``ROWS`` rows.
    is_random : bool
        Whether `Model.fit` draws other random numbers.
    """

    kind: str
    make: Any
    x: Any
    y: Any
    is_random: bool = False


def data(kind):
    rng = np.random.default_rng(5)
    x = rng.normal(size=(ROWS, 6)).astype("float32")
    classes = np.digitize(x[:, 0] + 0.3 * rng.normal(size=ROWS), [-0.5, 0.5])
    y = {
        "binary": (classes > 0).astype("float32")[:, None],
        "real": (x[:, :1] - x[:, 1:2] ** 2).astype("float32"),
        "positive": np.exp(x[:, :1]).astype("float32"),
        "codes": classes.astype("float32")[:, None],
        "one-hot": np.eye(3, dtype="float32")[classes],
    }[kind]
    return x, y


HEADS = {
    "binary": (1, "sigmoid", "binary_crossentropy"),
    "real": (1, None, "mse"),
    "positive": (1, "softplus", "poisson"),
    "codes": (3, "softmax", "sparse_categorical_crossentropy"),
    "one-hot": (3, "softmax", "categorical_crossentropy"),
}


def net(
    target="binary", *, hidden=(), optimizer="adam", loss=None, units=8, last=..., **fit
):
    """Make a factory of a net with one hidden layer and what `hidden` adds."""
    n_outputs, activation, own_loss = HEADS[target]
    activation = activation if last is ... else last
    dense = fit.pop("dense", {})

    def make():
        model = keras.Sequential(
            [
                keras.Input((6,)),
                L.Dense(units, activation="relu", **dense),
                *[layer() for layer in hidden],
                L.Dense(n_outputs, activation=activation),
            ]
        )
        model.compile(
            optimizer=optimizer() if callable(optimizer) else optimizer,
            loss=loss or own_loss,
            **{k: v() if callable(v) else v for k, v in fit.items()},
        )
        return model

    return make


def case(kind, target="binary", is_random=False, **net_arguments):
    return Case(kind, net(target, **net_arguments), *data(target), is_random)


def optimizers():
    schedule = O.schedules.ExponentialDecay
    made = {
        "SGD, momentum, Nesterov": lambda: O.SGD(0.05, momentum=0.9, nesterov=True),
        "SGD, clipvalue": lambda: O.SGD(0.05, clipvalue=0.05),
        "SGD, clipnorm": lambda: O.SGD(0.05, clipnorm=0.1),
        "RMSprop": lambda: O.RMSprop(0.01),
        "RMSprop, centered, momentum": lambda: O.RMSprop(
            0.01, centered=True, momentum=0.5
        ),
        "Adagrad": lambda: O.Adagrad(0.05),
        "Adadelta": lambda: O.Adadelta(1.0),
        "Adam": lambda: O.Adam(0.01),
        "Adam, AMSGrad": lambda: O.Adam(0.01, amsgrad=True),
        "Adam, global_clipnorm": lambda: O.Adam(0.01, global_clipnorm=0.1),
        "Adam, weight decay": lambda: O.Adam(0.01, weight_decay=0.1),
        "Adam, EMA": lambda: O.Adam(0.01, use_ema=True, ema_momentum=0.9),
        "Adam, gradient accumulation": lambda: O.Adam(
            0.01, gradient_accumulation_steps=2
        ),
        "Adam, learning-rate schedule": lambda: O.Adam(schedule(0.05, 2, 0.8)),
        "AdamW": lambda: O.AdamW(0.01),
        "Adamax": lambda: O.Adamax(0.01),
        "Nadam": lambda: O.Nadam(0.01),
        "Ftrl": lambda: O.Ftrl(0.05),
        "Lion": lambda: O.Lion(0.005),
        "Lamb": lambda: O.Lamb(0.01),
        "Adafactor": lambda: O.Adafactor(0.01),
        "Muon": lambda: O.Muon(0.01),
    }
    if not TRAINS_MUON:
        del made["Muon"]
    return {name: case("Optimizers", optimizer=make) for name, make in made.items()}


def losses():
    def of(target="binary", **arguments):
        return case("Losses", target, **arguments)

    named = {
        "mean_squared_error": "real",
        "mean_absolute_error": "real",
        "mean_absolute_percentage_error": "positive",
        "mean_squared_logarithmic_error": "positive",
        "log_cosh": "real",
        "huber": "real",
        "poisson": "positive",
        "binary_crossentropy": "binary",
        "binary_focal_crossentropy": "binary",
        "categorical_crossentropy": "one-hot",
        "categorical_focal_crossentropy": "one-hot",
        "sparse_categorical_crossentropy": "codes",
        "kl_divergence": "one-hot",
        "cosine_similarity": "one-hot",
        "categorical_hinge": "one-hot",
    }
    made = {name: of(target, loss=name) for name, target in named.items()}
    made["hinge"] = of(loss="hinge", last="tanh")
    made["squared_hinge"] = of(loss="squared_hinge", last="tanh")
    smooth = keras.losses.CategoricalCrossentropy(label_smoothing=0.1)
    made["CategoricalCrossentropy, label smoothing"] = of("one-hot", loss=smooth)
    logits = keras.losses.BinaryCrossentropy(from_logits=True)
    made["BinaryCrossentropy, from logits"] = of(loss=logits, last=None)

    def custom(y_true, y_pred):
        return keras.ops.mean(keras.ops.abs(y_true - y_pred) ** 1.5, axis=-1)

    made["a function of your own"] = of("real", loss=custom)
    return made


def metrics():
    def plain(y_true, y_pred):
        return keras.ops.mean(keras.ops.abs(y_true - y_pred))

    m = keras.metrics
    made = {
        "accuracy": ("binary", lambda: ["accuracy"]),
        "accuracy of class numbers": ("codes", lambda: ["accuracy"]),
        "AUC": ("binary", lambda: [m.AUC(name="auc")]),
        "Precision, Recall": (
            "binary",
            lambda: [m.Precision(name="p"), m.Recall(name="r")],
        ),
        "F1Score": ("one-hot", lambda: [m.F1Score(average="macro", name="f1")]),
        "TopKCategoricalAccuracy": (
            "one-hot",
            lambda: [m.TopKCategoricalAccuracy(2, name="top")],
        ),
        "MeanAbsoluteError": ("real", lambda: ["mae"]),
        "R2Score": ("real", lambda: [m.R2Score(name="r2")]),
        "a function of your own": ("binary", lambda: [plain]),
    }
    return {
        name: case("Metrics", target, metrics=make)
        for name, (target, make) in made.items()
    }


def layers():
    def of(*hidden, is_random=False, **arguments):
        return case("Layers", is_random=is_random, hidden=hidden, **arguments)

    return {
        "Dropout": of(lambda: L.Dropout(0.3), is_random=True),
        "GaussianNoise": of(lambda: L.GaussianNoise(0.1), is_random=True),
        "BatchNormalization": of(L.BatchNormalization),
        "LayerNormalization": of(L.LayerNormalization),
        "PReLU": of(L.PReLU),
        "L2, max-norm": of(
            dense={"kernel_regularizer": "l2", "kernel_constraint": "max_norm"}
        ),
        "frozen Dense": of(lambda: L.Dense(8, trainable=False)),
        "Embedding": embedding(),
        "Embedding, mask_zero": embedding(mask_zero=True),
        "Embedding of a column": embedded_column(),
        "Conv1D": convolution(L.Conv1D, (6, 1), 3),
        "Conv2D, MaxPooling2D": convolution(L.Conv2D, (6, 6, 1), 3, L.MaxPooling2D(2)),
        "LSTM": recurrent(),
    }


def _compiled(model, target="binary"):
    model.compile(optimizer=O.Adam(0.01), loss=HEADS[target][2])
    return model


def embedding(mask_zero=False):
    x, y = data("binary")

    def make():
        return _compiled(
            keras.Sequential(
                [
                    keras.Input((6,)),
                    L.Embedding(5, 3, mask_zero=mask_zero),
                    L.GlobalAveragePooling1D() if mask_zero else L.Flatten(),
                    L.Dense(1, activation="sigmoid"),
                ]
            )
        )

    return Case("Layers", make, np.digitize(x, [-1, 0, 1]).astype("float32"), y)


def embedded_column():
    x, y = data("binary")
    x[:, 3] = np.digitize(x[:, 3], [-1, 0, 1])

    def make():
        inputs = keras.Input((6,))
        codes = keras.ops.cast(inputs[:, 3], "int32")
        features = L.Concatenate()([inputs[:, :3], L.Embedding(4, 3)(codes)])
        outputs = L.Dense(1, activation="sigmoid")(features)
        return _compiled(keras.Model(inputs, outputs))

    return Case("Layers", make, x, y)


def convolution(layer, shape, kernel, *more):
    x, y = data("binary")
    x = np.resize(x, (ROWS, *shape))

    def make():
        return _compiled(
            keras.Sequential(
                [
                    keras.Input(shape),
                    layer(4, kernel, activation="relu"),
                    *more,
                    L.Flatten(),
                    L.Dense(1, activation="sigmoid"),
                ]
            )
        )

    return Case("Layers", make, x, y)


def recurrent():
    x, y = data("binary")

    def make():
        return _compiled(
            keras.Sequential(
                [keras.Input((6, 1)), L.LSTM(4), L.Dense(1, activation="sigmoid")]
            )
        )

    return Case("Layers", make, x[..., None], y)


def structures():
    x, y = data("binary")

    def two_ends():
        left, right = keras.Input((2,), name="left"), keras.Input((4,), name="right")
        shared = L.Concatenate()([left, L.Dense(3, activation="relu")(right)])
        outputs = {
            "kind": L.Dense(1, activation="sigmoid", name="kind")(shared),
            "size": L.Dense(1, name="size")(shared),
        }
        model = keras.Model({"left": left, "right": right}, outputs)
        model.compile(
            optimizer=O.Adam(0.01),
            loss={"kind": "binary_crossentropy", "size": "mse"},
            loss_weights={"kind": 1.0, "size": 0.3},
        )
        return model

    class Subclassed(keras.Model):
        def __init__(self):
            super().__init__()
            self.first = L.Dense(8, activation="relu")
            self.last = L.Dense(1, activation="sigmoid")

        def call(self, inputs):
            return self.last(self.first(inputs))

    class OwnStep(Subclassed):
        def train_step(self, data):
            return super().train_step(data)

    def subclassed(kind):
        def make():
            model = _compiled(kind())
            model(x[:1])
            return model

        return make

    return {
        "several inputs and outputs": Case(
            "Structure",
            two_ends,
            {"left": x[:, :2], "right": x[:, 2:]},
            {"kind": y, "size": x[:, :1]},
        ),
        "subclassed Model": Case("Structure", subclassed(Subclassed), x, y),
        "a train_step of your own": Case("Structure", subclassed(OwnStep), x, y),
        "jit_compile=False": case("Structure", jit_compile=False),
        "run_eagerly=True": case("Structure", run_eagerly=True),
        "mixed_bfloat16": case("Structure", dense={"dtype": "mixed_bfloat16"}),
    }


CASES = {
    f"{made.kind}: {name}": made
    for family in (optimizers, losses, metrics, layers, structures)
    for name, made in family().items()
}
