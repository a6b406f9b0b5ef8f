"""The dataset: articles, tables, validation, Parquet and card."""
