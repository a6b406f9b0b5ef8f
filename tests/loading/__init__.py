"""Claims about usiran.loading."""
