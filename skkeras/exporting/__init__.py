"""Fitted models as files for other programs: whole pipelines as ONNX."""

from skkeras.exporting.export import export

__all__ = ["export"]
