"""Claims about usiran.models."""
