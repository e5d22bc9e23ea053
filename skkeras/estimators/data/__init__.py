"""Features, targets and weights of rows, on their way to a model."""
