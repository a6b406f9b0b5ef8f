"""What is said beside the gold labels: votes, and where nobody gave a label as it stands."""

from __future__ import annotations

from usiran import loading
from usiran.corpus import Corpus


def test_an_event_whose_type_or_mode_nobody_gave_is_contested(repo: Corpus) -> None:
    frames = loading.open(repo).tables
    votes, events = frames["votes"], frames["events"]
    given = votes[votes["layer"] == "mode"]
    modes = set(zip(given["unit_id"], given["label"], strict=True))
    unvoted = [pair not in modes for pair in zip(events["span_id"], events["mode"], strict=True)]
    assert any(unvoted)
    assert events["contested"].tolist() == [
        nobody or not count for nobody, count in zip(unvoted, events["votes"], strict=True)
    ]
