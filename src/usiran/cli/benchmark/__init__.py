"""`usiran benchmark`: running systems, and scoring anybody's predictions."""
