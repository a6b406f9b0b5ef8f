"""Claims about usiran.annotation.adjudication.adjudicator."""
