"""Claims about usiran.tasks.metrics."""
