"""Claims about usiran.dataset.export."""
