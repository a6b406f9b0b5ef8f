"""The benchmark in Python: `usiran.evaluate`, `usiran.compare`, `usiran.task`."""
