"""`usiran annotate`: labels in and out, Label Studio, agreement, adjudication."""
