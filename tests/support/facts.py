"""What is known of the articles of invented corpora: nothing but what a test says."""

from __future__ import annotations

from usiran.schemas.articles import FACTS

UNKNOWN_BASES = {f"{fact}_basis": "unknown" for fact in FACTS}
