"""Losses that see soft true and false positives and negatives; blind to place."""
