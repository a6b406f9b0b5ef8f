"""Claims about usiran.dataset.release."""
