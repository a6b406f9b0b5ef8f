"""Claims about usiran.inference."""
