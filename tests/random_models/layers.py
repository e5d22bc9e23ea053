"""Stock layers and users' own, for each number of axes that rows may have."""

import keras
import numpy as np

from random_models import own_layers as own
from random_models.parts import activation, regularizer, weight_options

L = keras.layers


def dense(draws, shape):
    return L.Dense(draws.integer(2, 6), **weight_options(draws))


def einsum_dense(draws, shape):
    options = weight_options(draws)
    options["bias_axes"] = "b" if options.pop("use_bias") else None
    return L.EinsumDense("...a,ab->...b", (*shape[:-1], 4), **options)


def batch_normalization(draws, shape):
    return L.BatchNormalization(
        momentum=draws.number(0.5, 0.99),
        epsilon=draws.number(1e-4, 1e-2),
        center=draws.chance(0.8),
        scale=draws.chance(0.8),
        gamma_regularizer=regularizer(draws) if draws.chance(0.1) else None,
    )


def normalization_with_numbers(draws, shape):
    return L.Normalization(
        axis=None, mean=draws.number(0.1, 1), variance=draws.number(0.5, 2)
    )


def adapted_normalization(draws, shape):
    layer = L.Normalization()
    rng = np.random.default_rng(draws.integer(0, 99))
    layer.adapt(rng.normal(draws.number(0.1, 1), 1, (20, *shape)).astype("float32"))
    return layer


def discretization(draws, shape):
    return L.Discretization(bin_boundaries=[-0.5, 0.0, draws.number(0.3, 1)])


def spectral(draws, shape):
    return L.SpectralNormalization(L.Dense(draws.integer(2, 5)))


def relu(draws, shape):
    return L.ReLU(max_value=draws.number(1, 6), negative_slope=draws.number(0.01, 0.3))


ANY = [
    dense,
    dense,
    dense,
    einsum_dense,
    batch_normalization,
    batch_normalization,
    lambda draws, shape: L.LayerNormalization(epsilon=draws.number(1e-4, 1e-2)),
    lambda draws, shape: L.RMSNormalization(),
    lambda draws, shape: L.GroupNormalization(draws.choice([1, -1])),
    lambda draws, shape: L.UnitNormalization(axis=draws.choice([-1, -1, 0])),
    lambda draws, shape: L.Activation(activation(draws)),
    relu,
    lambda draws, shape: L.LeakyReLU(negative_slope=draws.number(0.01, 0.5)),
    lambda draws, shape: L.ELU(alpha=draws.number(0.3, 1.5)),
    lambda draws, shape: L.PReLU(),
    lambda draws, shape: L.Softmax(axis=draws.choice([-1, -1, 0])),
    lambda draws, shape: L.Dropout(draws.number(0.1, 0.5)),
    lambda draws, shape: L.GaussianNoise(draws.number(0.01, 0.3)),
    lambda draws, shape: L.GaussianDropout(draws.number(0.1, 0.5)),
    lambda draws, shape: L.AlphaDropout(draws.number(0.1, 0.5)),
    lambda draws, shape: L.ActivityRegularization(l2=draws.number(1e-4, 1e-1)),
    lambda draws, shape: L.Rescaling(draws.number(0.1, 2), draws.number(0.1, 1)),
    lambda draws, shape: L.Identity(),
    normalization_with_numbers,
    adapted_normalization,
    discretization,
    spectral,
    lambda draws, shape: own.Scaled(draws.number(0.5, 2)),
    lambda draws, shape: own.WithoutConfig(draws.number(0.1, 1)),
    lambda draws, shape: own.Gated(),
    lambda draws, shape: own.Centered(),
    lambda draws, shape: own.Counter(),
    lambda draws, shape: own.Penalized(draws.number(1e-3, 1e-1)),
    lambda draws, shape: own.LessBatchMean(),
    lambda draws, shape: own.NoisyInTraining(draws.number(0.01, 0.3)),
    lambda draws, shape: L.Lambda(lambda inputs: inputs * 0.5),
]


def recurrent_cell(draws, kind=None):
    cell = draws.choice([L.LSTMCell, L.GRUCell, L.SimpleRNNCell])
    return cell(draws.integer(2, 4))


def recurrent(draws, shape):
    layer = draws.choice([L.LSTM, L.GRU, L.SimpleRNN])
    options = {
        "return_sequences": draws.chance(0.4),
        "go_backwards": draws.chance(0.2),
        "dropout": draws.number(0.1, 0.4) if draws.chance(0.15) else 0.0,
        "unroll": draws.chance(0.2),
    }
    return layer(draws.integer(2, 4), **options)


def bidirectional(draws, shape):
    layer = draws.choice([L.LSTM, L.GRU])
    inner = layer(draws.integer(2, 3), return_sequences=draws.chance(0.5))
    return L.Bidirectional(inner, merge_mode=draws.choice(["concat", "sum", "mul"]))


def cells(draws, shape):
    if draws.chance(0.5):
        return L.RNN(recurrent_cell(draws))
    return L.RNN([recurrent_cell(draws), recurrent_cell(draws)])


def _window(draws, shape, n_axes):
    return draws.integer(1, min(3, *shape[:n_axes]))


def convolution(layer, n_axes, *, paddings=("same", "valid")):
    def make(draws, shape):
        window = _window(draws, shape, n_axes)
        options = weight_options(draws, activity=False)
        apart = draws.choice(["plain", "strides", "dilation_rate"])
        # TensorFlow's gradient of this one ends the process, in Model.fit as well.
        is_fatal = layer is L.Conv2DTranspose and window == 1
        if apart == "strides" and not is_fatal:
            options["strides"] = 2
        elif apart == "dilation_rate" and n_axes * (window - 1) < min(shape[:n_axes]):
            options["dilation_rate"] = 2
        return layer(
            draws.integer(1, 4),
            window,
            padding=draws.choice(paddings),
            **_named_as_by(layer, options),
        )

    return make


def _named_as_by(layer, options):
    """Rename a kernel's options for layers with depthwise and pointwise kernels."""
    prefix = {"DepthwiseConv": "depthwise", "SeparableConv": "pointwise"}
    for start, name in prefix.items():
        if layer.__name__.startswith(start):
            return {k.replace("kernel", name, 1): v for k, v in options.items()}
    return options


def pooling(layer, n_axes):
    def make(draws, shape):
        size = min(2, *shape[:n_axes])
        return layer(size, padding=draws.choice(["same", "valid"]))

    return make


def time_distributed(inner):
    return lambda draws, shape: L.TimeDistributed(inner(draws, shape[1:]))


SEQUENCE = [
    recurrent,
    recurrent,
    bidirectional,
    cells,
    convolution(L.Conv1D, 1, paddings=("same", "valid", "causal")),
    convolution(L.Conv1D, 1, paddings=("same", "valid", "causal")),
    convolution(L.SeparableConv1D, 1),
    convolution(L.Conv1DTranspose, 1),
    convolution(L.DepthwiseConv1D, 1),
    pooling(L.MaxPooling1D, 1),
    pooling(L.AveragePooling1D, 1),
    lambda draws, shape: L.GlobalAveragePooling1D(),
    lambda draws, shape: L.GlobalMaxPooling1D(keepdims=draws.chance(0.3)),
    lambda draws, shape: L.AdaptiveAveragePooling1D(2),
    lambda draws, shape: L.UpSampling1D(2),
    lambda draws, shape: L.ZeroPadding1D(1),
    lambda draws, shape: L.Cropping1D((1, 0)),
    lambda draws, shape: L.Permute((2, 1)),
    lambda draws, shape: L.SpatialDropout1D(draws.number(0.1, 0.5)),
    lambda draws, shape: L.Masking(0.0),
    lambda draws, shape: L.Reshape((*shape, 1)),
    time_distributed(dense),
]
IMAGE = [
    convolution(L.Conv2D, 2),
    convolution(L.Conv2D, 2),
    convolution(L.SeparableConv2D, 2),
    convolution(L.DepthwiseConv2D, 2),
    convolution(L.Conv2DTranspose, 2),
    pooling(L.MaxPooling2D, 2),
    pooling(L.AveragePooling2D, 2),
    lambda draws, shape: L.GlobalAveragePooling2D(),
    lambda draws, shape: L.GlobalMaxPooling2D(),
    lambda draws, shape: L.AdaptiveMaxPooling2D(2),
    lambda draws, shape: L.UpSampling2D(2, interpolation="bilinear"),
    lambda draws, shape: L.ZeroPadding2D(1),
    lambda draws, shape: L.Cropping2D(1),
    lambda draws, shape: L.SpatialDropout2D(draws.number(0.1, 0.5)),
    lambda draws, shape: L.Resizing(4, 4),
    lambda draws, shape: L.CenterCrop(3, 3),
    lambda draws, shape: L.RandomFlip("horizontal"),
    lambda draws, shape: L.RandomTranslation(0.1, 0.1),
    time_distributed(convolution(L.Conv1D, 1)),
    time_distributed(pooling(L.MaxPooling1D, 1)),
    lambda draws, shape: L.ConvLSTM1D(2, 2, return_sequences=draws.chance(0.3)),
]
VOLUME = [
    convolution(L.Conv3D, 3),
    convolution(L.Conv3DTranspose, 3),
    pooling(L.MaxPooling3D, 3),
    lambda draws, shape: L.GlobalAveragePooling3D(),
    lambda draws, shape: L.ZeroPadding3D(1),
    lambda draws, shape: L.UpSampling3D(1),
    lambda draws, shape: L.SpatialDropout3D(draws.number(0.1, 0.5)),
    time_distributed(convolution(L.Conv2D, 2)),
    time_distributed(lambda draws, shape: L.GlobalMaxPooling2D()),
    lambda draws, shape: L.ConvLSTM2D(2, 2, return_sequences=draws.chance(0.3)),
]
TABLE = [
    lambda draws, shape: L.RepeatVector(draws.integer(2, 3)),
    lambda draws, shape: L.Reshape((*shape, 1)),
]
OF_RANK = {1: TABLE, 2: SEQUENCE, 3: IMAGE, 4: VOLUME}


def layer_for(draws, shape):
    """Draw a layer for rows of a shape."""
    special = OF_RANK.get(len(shape), [])
    often = 0.1 if len(shape) == 1 else 0.6
    kinds = special if special and draws.chance(often) else ANY
    return draws.choice(kinds)(draws, shape)


def flattening(draws, shape):
    """Draw a layer after which rows have one axis."""
    pools = {
        2: L.GlobalAveragePooling1D,
        3: L.GlobalMaxPooling2D,
        4: L.GlobalAveragePooling3D,
    }
    if len(shape) in pools and draws.chance(0.3):
        return pools[len(shape)]()
    return L.Flatten()
