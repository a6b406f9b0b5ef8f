"""Rules as pages: each has an address, links lead to pages, and nothing foreign gets in."""

from __future__ import annotations

from pathlib import Path

import pytest

from usiran.corpus import Corpus
from usiran.site.guides import Guides

CORE = """\
# Core

## 1. Sentences

### 1.5 Constructions

1. **Need.** A plus; see the [casebook](CASEBOOK.md#15-constructions) and [labels](labels.toml).
2. <script>alert(1)</script> \u202e ![far](https://example.org/a.png)

| | head |
|---|---|
| a | b |
"""
CASEBOOK = "# Casebook\n\n## 1.5 Constructions\n\n- **1.5/1 A question?** An answer.\n"


@pytest.fixture
def guides(tmp_path: Path) -> Guides:
    corpus = Corpus(tmp_path)
    corpus.annotation.mkdir()
    (corpus.annotation / "GUIDELINES.md").write_text(CORE)
    (corpus.annotation / "CASEBOOK.md").write_text(CASEBOOK)
    return Guides.of(corpus)


def test_every_rule_has_an_address(guides: Guides) -> None:
    core, casebook = guides.guides
    assert {"1", "1.5", "1.5.1", "1.5.2"} <= core.rules
    assert {"1.5", "1.5/1"} <= casebook.rules


def test_links_lead_to_pages_or_become_the_paths_of_files(guides: Guides) -> None:
    html = guides.guides[0].html
    assert '<a href="casebook.html#1.5">' in html or '<a href="casebook.html#' in html
    assert "and labels (annotation/labels.toml)." in html
    assert "<a>" not in html


def test_markdown_runs_and_fetches_nothing(guides: Guides) -> None:
    html = guides.guides[0].html
    assert "<script" not in html
    assert "<img" not in html
    assert "⟨U+202E⟩" in html


def test_a_reason_leads_to_the_rules_that_it_names(guides: Guides) -> None:
    linked = guides.linked("1.5.2, casebook 1.5/1: in 2014 <b>", "../")
    assert '<a href="../guidelines.html#1.5.2">1.5.2</a>' in linked
    assert '<a href="../casebook.html#1.5/1">1.5/1</a>' in linked
    assert "2014 &lt;b&gt;" in linked
