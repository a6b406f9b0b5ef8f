"""A corpus read from its files into checked tables: `loading.open(corpus)`."""

from usiran.loading.tables import Opened, open

__all__ = ["Opened", "open"]
