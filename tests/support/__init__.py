"""Helpers that tests share: small corpora, a Hub, a server, the program."""
