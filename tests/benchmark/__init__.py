"""Claims about usiran.benchmark."""
