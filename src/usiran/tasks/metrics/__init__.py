"""Scores from counts that add up over sentences, one module a kind of unit."""
