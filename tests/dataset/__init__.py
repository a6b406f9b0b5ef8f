"""Claims about usiran.dataset."""
