"""The rules that a corpus must keep, and everything that breaks them, located."""
