"""The benchmark's tasks: what is predicted, from what, and how it is scored."""
