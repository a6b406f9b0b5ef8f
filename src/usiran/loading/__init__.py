"""A corpus read from its files into checked tables."""
