"""Claims about usiran.annotation.sheets.parser."""
