"""Which engine trains a fit, and why: what can be compiled, and what pays."""
