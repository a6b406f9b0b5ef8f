"""Claims about usiran.schemas."""
