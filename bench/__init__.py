"""The speed budgets, measured against peers: `make bench`."""
