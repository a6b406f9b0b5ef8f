"""The tables: one pandera model each, cross-table checks, JSON Schema export."""
