"""Claims about usiran.cli."""
