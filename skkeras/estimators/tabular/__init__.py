"""Estimators that take a table as it is."""
