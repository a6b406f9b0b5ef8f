"""Claims about usiran.annotation."""
