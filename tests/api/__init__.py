"""Claims about usiran.api."""
