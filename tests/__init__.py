"""Tests of the corpus and the toolkit, named by what they claim."""
