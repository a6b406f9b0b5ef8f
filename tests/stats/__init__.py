"""Claims about usiran.stats."""
