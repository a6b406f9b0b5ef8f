"""How labels come to be: the scheme, Label Studio, exports, offsets, sheets."""
