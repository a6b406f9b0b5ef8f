"""Claims about usiran.text."""
