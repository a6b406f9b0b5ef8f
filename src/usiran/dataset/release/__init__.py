"""Releases: what each held, what changed between two, and what version that demands."""
