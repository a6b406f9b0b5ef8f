"""Claims about usiran.annotation.agreement.measure."""
