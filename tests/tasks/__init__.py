"""Claims about usiran.tasks."""
