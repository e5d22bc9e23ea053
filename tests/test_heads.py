"""What losses ask of the last layer."""

import keras
import pytest

from skkeras.heads import (
    classification_head,
    default_loss,
    from_logits,
    loss_name,
    regression_head,
)

L = keras.losses


@pytest.mark.parametrize(
    ("loss", "name"),
    [
        ("mse", "mean_squared_error"),
        ("MSE", "mean_squared_error"),
        ("MeanSquaredError", "mean_squared_error"),
        (L.MeanSquaredError, "mean_squared_error"),
        (L.MeanSquaredError(), "mean_squared_error"),
        (L.mean_squared_error, "mean_squared_error"),
        ("kld", "kl_divergence"),
        ("KLDivergence", "kl_divergence"),
        (L.KLDivergence(), "kl_divergence"),
        (L.Huber(delta=2.0), "huber"),
        (L.LogCosh, "log_cosh"),
        (L.CategoricalHinge(), "categorical_hinge"),
        (L.CosineSimilarity(), "cosine_similarity"),
        (lambda y_true, y_pred: 0, None),
    ],
)
def test_every_spelling_of_a_loss_has_one_name(loss, name):
    assert loss_name(loss) == name


def test_a_function_that_borrows_a_name_is_not_keras_own():
    def huber(y_true, y_pred):
        return y_pred

    assert loss_name(huber) is None


def test_logits():
    assert from_logits(L.BinaryCrossentropy(from_logits=True))
    assert not from_logits(L.BinaryCrossentropy())
    assert not from_logits("binary_crossentropy")


@pytest.mark.parametrize(
    ("target", "n", "loss", "head"),
    [
        ("binary", 2, "binary_crossentropy", (1, "sigmoid")),
        ("binary", 2, L.BinaryCrossentropy(from_logits=True), (1, "linear")),
        ("binary", 2, "categorical_crossentropy", (2, "softmax")),
        ("binary", 2, "hinge", (1, "linear")),
        ("binary", 2, "mse", (1, "sigmoid")),
        ("binary", 1, "binary_crossentropy", (1, "sigmoid")),
        ("multiclass", 3, "sparse_categorical_crossentropy", (3, "softmax")),
        ("multiclass", 3, "binary_crossentropy", (3, "sigmoid")),
        ("multiclass", 3, "squared_hinge", (3, "linear")),
        ("multiclass", 3, "categorical_hinge", (3, "linear")),
        ("multiclass", 3, "mse", (3, "softmax")),
        ("multilabel-indicator", 4, "binary_crossentropy", (4, "sigmoid")),
        ("multilabel-indicator", 4, "hinge", (4, "linear")),
        ("multilabel-indicator", 4, "categorical_crossentropy", (4, "softmax")),
        ("multilabel-indicator", 4, "categorical_hinge", (4, "linear")),
    ],
)
def test_classification_heads(target, n, loss, head):
    assert classification_head(target, n, loss) == head


def test_regression_heads():
    assert regression_head(2, "mse") == (2, "linear")
    assert regression_head(1, "poisson") == (1, "softplus")


def test_default_losses():
    assert default_loss("multiclass") == "sparse_categorical_crossentropy"
    assert default_loss("multilabel-indicator") == "binary_crossentropy"
    assert default_loss("continuous") == "mean_squared_error"
