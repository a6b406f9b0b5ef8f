"""The changelog's section on a release."""

from __future__ import annotations

from usiran.dataset.release.changelog import with_section


def test_a_newer_section_stands_before_an_older_one() -> None:
    text = with_section("# Changelog\n\n## Data 1.0.0 (x)\n\n- a\n", "## Data 1.1.0 (y)\n\n- b\n")
    assert text == "# Changelog\n\n## Data 1.1.0 (y)\n\n- b\n\n## Data 1.0.0 (x)\n\n- a\n"
