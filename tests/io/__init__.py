"""Claims about usiran.io."""
