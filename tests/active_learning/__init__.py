"""Claims about usiran.active_learning."""
