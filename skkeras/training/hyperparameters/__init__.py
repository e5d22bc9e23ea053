"""Hyperparameters that a program takes at run time, so that fits may differ in them."""
