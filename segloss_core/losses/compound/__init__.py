"""Losses that are mixtures of the other families."""
