"""Predictions as files hold them: their lines, the rules of a line, logs of harnesses."""
