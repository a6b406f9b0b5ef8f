"""What to label next, and what a system would say of it."""
