"""Fitted estimators in files that are safe to open, without pickle."""
