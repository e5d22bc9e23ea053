"""The crossentropy that programs use is Keras's, in value and gradient."""

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose

pytestmark = pytest.mark.tensorflow

LOGITS = [-200.0, -3.0, -1e-8, 0.0, 0.5, 4.0, 200.0]


@pytest.mark.parametrize("label", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_binary_crossentropy_is_kerass(label, smoothing):
    import tensorflow as tf

    from skkeras.training.hyperparameters.vectorizable import binary_crossentropy

    values = []
    for function in (binary_crossentropy, keras.losses.binary_crossentropy):
        x = tf.constant(LOGITS)[:, None]
        y = tf.fill(x.shape, label)
        with tf.GradientTape() as tape:
            tape.watch([x, y])
            loss = function(y, keras.activations.sigmoid(x), label_smoothing=smoothing)
        values.append((loss, *tape.gradient(loss, [x, y])))
    for mine, its in zip(*values, strict=True):
        assert_allclose(mine, its, rtol=1e-6, atol=1e-7)


def test_without_logits_it_is_kerass_own():
    from skkeras.training.hyperparameters.vectorizable import binary_crossentropy

    probabilities = keras.ops.convert_to_tensor([[0.2], [0.9]])
    labels = keras.ops.convert_to_tensor([[0.0], [1.0]])
    mine = binary_crossentropy(labels, probabilities)
    assert_allclose(mine, [-np.log(0.8), -np.log(0.9)], rtol=1e-5)


def test_logits_given_as_such_and_a_sigmoid_too_warn_as_in_keras():
    from skkeras.training.hyperparameters.vectorizable import binary_crossentropy

    output = keras.activations.sigmoid(keras.ops.convert_to_tensor([[0.2]]))
    with pytest.warns(UserWarning, match="from_logits=True"):
        binary_crossentropy(keras.ops.ones((1, 1)), output, from_logits=True)
