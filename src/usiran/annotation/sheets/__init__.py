"""The sheet: one annotator's labels of one article as plain text."""
