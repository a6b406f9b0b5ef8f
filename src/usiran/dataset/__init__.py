"""The published dataset: its configs, files, descriptions, editions and releases."""
