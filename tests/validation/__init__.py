"""Claims about usiran.validation."""
