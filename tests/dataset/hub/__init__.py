"""Claims about usiran.dataset.hub.client."""
