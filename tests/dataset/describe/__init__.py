"""Claims about usiran.dataset.describe."""
