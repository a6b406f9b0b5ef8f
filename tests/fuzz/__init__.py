"""Inputs mutated by structure, and what every reader must make of them."""
