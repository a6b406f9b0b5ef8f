"""Claims about usiran.annotation.server."""
