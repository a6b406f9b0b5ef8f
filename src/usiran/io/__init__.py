"""Files: written whole or not at all, and the formats the toolkit reads and writes itself."""
