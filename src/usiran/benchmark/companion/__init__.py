"""The track of systems that learn from the companion besides: run, shown, drawn by size."""
