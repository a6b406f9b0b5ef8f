"""The README and the walks are true: every block runs, and prints what the page shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support.walks import walk
from usiran import loading
from usiran.corpus import Corpus


@pytest.mark.parametrize(
    "page", ["README.md", "docs/read.md", "docs/analyse.md", "docs/evaluate.md"]
)
def test_a_walk_in_a_clone_goes_as_its_page_says(page: str, copied: Corpus) -> None:
    walk(ROOT / page, copied.root)


def test_a_text_goes_to_the_tables_as_its_page_says(tmp_path: Path) -> None:
    walk(ROOT / "docs/annotate.md", tmp_path)
    # Each answer of the walk is to the question that it is meant for.
    corpus = Corpus(tmp_path / "two-rivers")
    actors = loading.open(corpus).rows("actors")
    linked = {row.text: row.actor_id for row in actors if isinstance(row.actor_id, str)}
    assert linked == dict.fromkeys(("Guild", "guild", "river guild"), "river-guild")
    assert {row.text: row.affiliation for row in actors}["upland envoy"] == "UPLAND"
