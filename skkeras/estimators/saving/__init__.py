"""Fitted estimators in files that are safe to open, without pickle."""

from skkeras.estimators.saving.estimator_file import load

__all__ = ["load"]
