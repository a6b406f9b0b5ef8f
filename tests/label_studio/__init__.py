"""Claims about usiran.label_studio."""
