"""The helper sets TensorFlow's options where there are GPUs, and only there."""

import keras
import pytest
import tensorflow as tf

import skkeras


def test_nothing_happens_without_a_gpu(monkeypatch):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [])
    assert skkeras.configure_gpu() == []
    assert skkeras.configure_gpu(memory_limit=1024) == []


@pytest.fixture
def calls(monkeypatch):
    made = []
    device = tf.config.PhysicalDevice("/physical_device:GPU:0", "GPU")
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [device])
    monkeypatch.setattr(
        tf.config.experimental,
        "set_memory_growth",
        lambda gpu, growth: made.append((gpu.name, "growth", growth)),
    )
    monkeypatch.setattr(
        tf.config,
        "set_logical_device_configuration",
        lambda gpu, configs: made.append((gpu.name, configs[0].memory_limit)),
    )
    return made


@pytest.mark.tensorflow
def test_growth_is_the_default(calls):
    assert skkeras.configure_gpu() == ["/physical_device:GPU:0"]
    assert calls == [("/physical_device:GPU:0", "growth", True)]


@pytest.mark.tensorflow
def test_a_limit_takes_the_place_of_growth(calls):
    skkeras.configure_gpu(memory_limit=2048)
    assert calls == [("/physical_device:GPU:0", 2048)]


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_other_backends_are_left_alone(calls, monkeypatch, backend):
    monkeypatch.setattr(keras.backend, "backend", lambda: backend)
    assert skkeras.configure_gpu() == []
    assert calls == []


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_must_be_positive(limit):
    with pytest.raises(ValueError, match="memory_limit must be positive"):
        skkeras.configure_gpu(memory_limit=limit)
