"""From an estimator's parameters to a built and compiled model."""
