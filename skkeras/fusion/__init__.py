"""Concurrent fits meet here and are trained as one."""

from skkeras.fusion.context import fused
from skkeras.fusion.rendezvous import fit, unbroken

__all__ = ["fit", "fused", "unbroken"]
