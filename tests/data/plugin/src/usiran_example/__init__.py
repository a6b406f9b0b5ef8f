"""A plug-in of usiran: two systems and a task."""
