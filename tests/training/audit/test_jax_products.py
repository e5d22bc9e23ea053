"""Programs are proven where matrices are multiplied less exactly than in float32.

A processor multiplies in whole float32. A product whose factors are rounded to TF32's
10 bits where many are computed at once, and not where one is, stands for what GPUs do.
"""

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose

from skkeras.training import BuiltModel, Job, train

if keras.backend.backend() != "jax":
    pytest.skip("Keras's backend is not JAX", allow_module_level=True)

import jax
import jax.numpy as jnp
from jax.custom_batching import custom_vmap

from skkeras.training.audit import jax_products

RNG = np.random.default_rng(0)
X = RNG.normal(size=(37, 4)).astype("float32")
Y = (X[:, :1] > 0).astype("float32")


@pytest.fixture
def on_a_gpu(monkeypatch):
    monkeypatch.setattr(jax_products, "_platform", lambda: "gpu")


def as_tf32(values):
    if jax.config.jax_default_matmul_precision == "highest":
        return values
    return jax.lax.reduce_precision(values, exponent_bits=8, mantissa_bits=10)


def product_on_a_gpu(error=0.0):
    """Return a product that is of rounded factors, and off by an error, under vmap."""

    @custom_vmap
    def product(a, b):
        return a @ b

    @product.def_vmap
    def of_many(size, are_batched, a, b):
        pairs = zip((a, b), are_batched, strict=True)
        a, b = (
            x if is_batched else jnp.broadcast_to(x, (size, *x.shape))
            for x, is_batched in pairs
        )
        return as_tf32(a) @ as_tf32(b) * (1 + error), True

    @jax.custom_vjp
    def differentiable(a, b):
        return product(a, b)

    def backward(factors, g):
        a, b = factors
        return product(g, b.T), product(a.T, g)

    differentiable.defvjp(lambda a, b: (product(a, b), (a, b)), backward)
    return differentiable


class OnAGPU(keras.layers.Dense):
    """A dense layer."""

    product = staticmethod(product_on_a_gpu())

    def call(self, x, training=None):
        return self.activation(self.product(x, jnp.asarray(self.kernel)) + self.bias)


class Wrong(OnAGPU):
    product = staticmethod(product_on_a_gpu(error=1e-3))


def job(layer, **options):
    start = keras.initializers.GlorotUniform(0)
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layer(5, activation="tanh", kernel_initializer=start),
            layer(1, activation="sigmoid", kernel_initializer=start),
        ]
    )
    model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy")
    options = {"epochs": 3, "batch_size": 8, "seed": 0} | options
    return Job(BuiltModel(model), X, Y, **options)


def test_rounded_factors_are_no_difference(on_a_gpu):
    (result,) = train([job(OnAGPU)])
    (expected,) = train([job(OnAGPU, engine="keras")])
    assert result.training.engine == "compiled"
    losses, whole = result.history["loss"], expected.history["loss"]
    assert_allclose(losses, whole, rtol=1e-3)
    assert losses != whole, "the program that trains rounds as the user has it"


def test_another_product_is_a_difference_still(on_a_gpu):
    (result,) = train([job(Wrong)])
    (expected,) = train([job(Wrong, engine="keras")])
    assert result.training.engine == "keras"
    assert "differs from Keras's" in result.training.reason
    assert result.history == expected.history


@pytest.mark.parametrize(
    ("platform", "precision", "rounds"),
    [
        ("cpu", None, False),
        ("cpu", "tensorfloat32", False),
        ("gpu", None, True),
        ("gpu", "tensorfloat32", True),
        ("gpu", "highest", False),
        ("gpu", "float32", False),
        ("tpu", "bfloat16", True),
    ],
)
def test_factors_are_rounded_where_nobody_says_otherwise(
    monkeypatch, platform, precision, rounds
):
    monkeypatch.setattr(jax_products, "_platform", lambda: platform)
    with jax.default_matmul_precision(precision):
        assert jax_products.rounds_factors() == rounds
        with jax_products.exact_products():
            assert not jax_products.rounds_factors()
        assert jax.config.jax_default_matmul_precision == precision
