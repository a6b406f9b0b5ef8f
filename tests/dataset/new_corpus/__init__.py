"""Tests of the corpora that are made new."""
