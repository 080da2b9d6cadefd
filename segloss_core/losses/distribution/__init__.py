"""Losses that see means, counts and ranks of pixels; blind to overlap and place."""
