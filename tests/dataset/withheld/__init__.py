"""Claims about usiran.dataset.withheld."""
