"""The corpus, its gold, what systems say and how they score, as pages that are just files."""
