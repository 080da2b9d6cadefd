"""Measurements: each prints what was measured with its spread; none is a test."""
