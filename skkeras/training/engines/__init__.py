"""Engines beside that of TensorFlow."""
