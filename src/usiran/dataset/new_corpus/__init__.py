"""A corpus of one's own: from a few answers to a folder without findings."""
