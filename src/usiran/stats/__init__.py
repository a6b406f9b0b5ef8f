"""Statistics that know nothing of news: agreement, resampling, scores."""

DRAWS = 10_000
"""Draws of a bootstrap where nobody asks for more or fewer."""
