"""Trained systems: stored, and used on texts that nobody has labelled."""
