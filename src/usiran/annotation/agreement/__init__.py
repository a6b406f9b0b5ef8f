"""How far annotators agree: measured from their raw exports, as figures, page and picture."""
