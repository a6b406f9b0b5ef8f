"""Checks across tables: what no single table's model can see."""

from __future__ import annotations

from usiran.schemas.checks.run import cross_check

__all__ = ["cross_check"]
