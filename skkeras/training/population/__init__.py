"""Fits that share a program and are trained together."""
