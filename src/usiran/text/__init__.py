"""Texts: tokens, spans, offsets, sentences, and what may be said of words without the words."""
