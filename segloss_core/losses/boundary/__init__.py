"""Losses that use whatever looks at where a pixel lies."""
