"""`usiran annotate enter` against a real Label Studio: sheets become an annotator's own labels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.command import Done, call, tree
from tests.support.studio import (
    Serving,
    as_json,
    breaking_wire,
    label,
    labels_in,
    project_of,
    rename,
    tasks_of,
)
from tests.support.tiny import GAS, PORT, annotation, choice, sentence_task, write_json
from usiran.annotation.read_labels import read_all_labels
from usiran.annotation.server.accounts import email_of
from usiran.annotation.server.client import Connection
from usiran.annotation.server.pull import pull
from usiran.annotation.server.push import push
from usiran.annotation.server.upload import Uploaded, upload
from usiran.annotation.submissions import Counts, read_folder, sheet_of
from usiran.corpus import Corpus
from usiran.errors import UsiranError
from usiran.label_studio.annotation_records import TaskReading
from usiran.schemas.label_scheme import Project, read_scheme
from usiran.text.articles import read_texts

LAYERS: tuple[Project, ...] = ("stance", "spans")
GAS_SHEET = f"""\
article {GAS}
article_stance pro-US

001 neutral author
002 pro-US source us+ iran-
  GOVERNMENT "Washington" a1
  ACCUSE "accused" negated agent=a1 recipient=a2
  GOVERNMENT "Tehran" a2
  ACCUSE "blamed" agent=a3 recipient=a4
  GOVERNMENT "Tehran" a3
  GOVERNMENT "Washington" a4
004 neutral author
005 neutral source
  CIVILIAN "clerk"
  REJECT "No deal 🤝🏽"
"""
PORT_SHEET = f"""\
article {PORT}
article_stance neutral

001 pro-US source us+
  MILITARY "The US patrol" a1
  AID "protects" agent=a1
002 neutral author
"""


@pytest.fixture
def corpus(tiny_corpus: Corpus, request: pytest.FixtureRequest) -> Corpus:
    """Return the tiny corpus under a name of the test's own: projects are told apart by it."""
    return rename(tiny_corpus, f"e{sum(map(ord, request.node.name))}")


@pytest.fixture
def sheets(tmp_path: Path) -> list[Path]:
    """Return two filled sheets, outside the corpus."""
    paths = [tmp_path / "gas.txt", tmp_path / "port.txt"]
    for path, text in zip(paths, (GAS_SHEET, PORT_SHEET), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


def pushed(serving: Serving, corpus: Corpus) -> None:
    for layer in LAYERS:
        push(corpus, Connection(serving.data_dir), layer=layer, annotator_id="ann")


def entered(
    serving: Serving, corpus: Corpus, *paths: Path, url: str | None = None, **more: Any
) -> tuple[Uploaded, ...]:
    connection = Connection(serving.data_dir, url)
    return upload(corpus, connection, paths, annotator_id="ann", **more)


def counts(done: tuple[Uploaded, ...]) -> list[tuple[int, int, int]]:
    return [(one.new, one.replaced, one.unchanged) for one in done]


def refused(serving: Serving, corpus: Corpus, paths: list[Path], *parts: str, **more: Any) -> None:
    """Check that nothing is entered, with these parts of a message."""
    with pytest.raises(UsiranError) as failed:
        entered(serving, corpus, *paths, **more)
    for part in parts:
        assert part in str(failed.value)


def given(corpus: Corpus, *paths: Path) -> list[TaskReading]:
    scheme, texts = read_scheme(corpus.labels), read_texts(corpus)
    return read_all_labels(paths, corpus, scheme=scheme, texts=texts)


def stored(corpus: Corpus) -> list[TaskReading]:
    scheme, texts = read_scheme(corpus.labels), read_texts(corpus)
    return list(read_folder(corpus, corpus.submissions / "r1" / "ann", scheme=scheme, texts=texts))


def held(serving: Serving, corpus: Corpus, layer: str) -> list[dict[str, Any]]:
    """Return every annotation of a project, as the server tells it."""
    sdk = serving.client()
    number = project_of(sdk, f"{corpus.manifest.name}: {layer}: ann")
    return [one for task in sdk.tasks.list(project=number) for one in task.annotations]


def command(serving: Serving, corpus: Corpus, *words: str | Path) -> Done:
    data = ("--annotator", "ann", "--data", str(serving.data_dir.root))
    return call("annotate", "enter", *words, *data, at=corpus)


def test_sheets_are_entered_as_the_annotators_own_and_come_back_label_for_label(
    server: Serving, corpus: Corpus, sheets: list[Path]
) -> None:
    pushed(server, corpus)
    before = tree(corpus.root)
    done = command(server, corpus, *sheets)
    name = corpus.manifest.name
    assert done.err.splitlines() == [
        f"{name}: stance: ann: 6 of 6 tasks entered",
        f"{name}: spans: ann: 2 of 2 tasks entered",
    ]
    assert done.out.splitlines() == [
        f"'{name}: stance: ann': 6 new, 0 replaced, 0 unchanged",
        f"'{name}: spans: ann': 2 new, 0 replaced, 0 unchanged",
    ]
    ann = server.annotator("ann").users.whoami()
    assert ann.email == email_of("ann")
    for layer in LAYERS:
        assert {one["completed_by"] for one in held(server, corpus, layer)} == {ann.id}
    assert tree(corpus.root) == before

    report = pull(corpus, Connection(server.data_dir), round="r1", annotator_id="ann").report
    assert report is not None
    assert report.tasks == {"stance": Counts(6, 0, 0, 0, 0, 0), "spans": Counts(2, 0, 0, 0, 0, 0)}
    assert report.repairs == ()
    assert labels_in(stored(corpus)) == labels_in(given(corpus, *sheets))
    # A sheet written from what came back says the same again.
    again = [corpus.root.parent / "again-gas.txt", corpus.root.parent / "again-port.txt"]
    for path, article in zip(again, (GAS, PORT), strict=True):
        path.write_text(sheet_of(corpus, article, "r1/ann"), encoding="utf-8")
    assert counts(entered(server, corpus, *again)) == [(0, 0, 6), (0, 0, 2)]
    # The stored exports can be entered too.
    exports = sorted((corpus.submissions / "r1" / "ann").glob("*.json"))
    document = as_json(command(server, corpus, "--json", *exports).out)
    assert [(one["new"], one["unchanged"]) for one in document["projects"]] == [(0, 6), (0, 2)]


def test_other_labels_there_are_left_unless_they_are_to_be_replaced(
    server: Serving, corpus: Corpus, sheets: list[Path], tmp_path: Path
) -> None:
    pushed(server, corpus)
    entered(server, corpus, *sheets)
    before = held(server, corpus, "stance"), held(server, corpus, "spans")
    other = PORT_SHEET.replace("002 neutral author", "002 pro-US source iran-")
    other = other.replace('  AID "protects" agent=a1\n', "")
    sheets[1].write_text(other, encoding="utf-8")
    refused(
        server,
        corpus,
        sheets,
        f"({PORT}#002): found 'other labels of this annotator'; allowed: no labels, or exactly",
        f"({PORT}): found 'other labels of this annotator'",
        "--replace puts the given ones in their place",
    )
    assert (held(server, corpus, "stance"), held(server, corpus, "spans")) == before
    done = entered(server, corpus, *sheets, replace=True)
    assert counts(done) == [(0, 1, 5), (0, 1, 1)]
    assert counts(entered(server, corpus, *sheets)) == [(0, 0, 6), (0, 0, 2)]
    pull(corpus, Connection(server.data_dir), round="r1", annotator_id="ann")
    assert labels_in(stored(corpus)) == labels_in(given(corpus, *sheets))
    numbers = [one["id"] for one in held(server, corpus, "stance")]
    assert numbers == [one["id"] for one in before[0]]

    skipped = annotation(was_cancelled=True)
    export = write_json(tmp_path / "skipped.json", [sentence_task(f"{PORT}#002", skipped)])
    assert counts(entered(server, corpus, export, replace=True)) == [(0, 1, 0)]
    assert counts(entered(server, corpus, export)) == [(0, 0, 1)]
    assert [one["was_cancelled"] for one in held(server, corpus, "stance")].count(True) == 1
    assert counts(entered(server, corpus, sheets[1], replace=True)) == [(0, 1, 1), (0, 0, 1)]
    assert [one["was_cancelled"] for one in held(server, corpus, "stance")].count(True) == 0


def test_a_broken_entry_is_completed_by_the_same_command(
    server: Serving, corpus: Corpus, sheets: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    pushed(server, corpus)
    number = tasks_of(server.client(), f"{corpus.manifest.name}: stance: ann")[f"{GAS}#005"]
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", server.token_of("ann"))
    request = f"POST /api/tasks/{number}/annotations".encode()
    with breaking_wire(server.url, request, 0) as url:
        refused(server, corpus, sheets, "the connection broke off (", url=url)
    there = len(held(server, corpus, "stance"))
    assert there in (3, 4)
    done = entered(server, corpus, *sheets, url=server.url)
    assert counts(done) == [(6 - there, 0, there), (2, 0, 0)]
    pull(corpus, Connection(server.data_dir), round="r1", annotator_id="ann")
    assert labels_in(stored(corpus)) == labels_in(given(corpus, *sheets))


def test_everything_is_checked_before_anything_is_sent(
    server: Serving, corpus: Corpus, sheets: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = f"allowed: '{corpus.manifest.name}: stance: ann'; to mend: push the tasks first"
    refused(server, corpus, sheets, "found 'no such project'", project)
    push(corpus, Connection(server.data_dir), layer="stance", annotator_id="ann", article_ids=[GAS])
    refused(server, corpus, sheets, "spans: ann'; to mend: push the tasks first: ")
    push(corpus, Connection(server.data_dir), layer="spans", annotator_id="ann", article_ids=[GAS])
    missing = f"{PORT}#001: found 'no such task'; allowed: a task for it; to mend: push again"
    refused(server, corpus, sheets, missing, f"ann': {PORT}: found 'no such task'")
    wrong, torn = sheets[0].with_name("wrong.txt"), sheets[0].with_name("gone.txt")
    wrong.write_text(PORT_SHEET.replace("MILITARY", "ARMY").replace("us+", "us"), encoding="utf-8")
    refused(
        server,
        corpus,
        [sheets[0], wrong, torn],
        "wrong.txt: line 4: grounds: found 'us'",
        "wrong.txt: line 5: label: found 'ARMY'",
        "gone.txt: found 'no such file or directory'",
    )
    twice = sheets[0].with_name("twice.txt")
    twice.write_text(GAS_SHEET, encoding="utf-8")
    refused(server, corpus, [sheets[0], twice], "found '5 units that ", "each unit in one file")
    newer = rename(corpus, corpus.manifest.name, "0.2.0")
    refused(server, newer, sheets[:1], "found 'data 0.1.0'; allowed: data 0.2.0")
    rename(corpus, corpus.manifest.name, "0.1.0")
    # A task that was made from another text takes no labels.
    text = corpus.article(GAS).read_bytes()
    corpus.article(GAS).write_bytes(text.replace(b"stall", b"stick", 1))
    refused(server, corpus, sheets[:1], "push the tasks again and label the present text")
    corpus.article(GAS).write_bytes(text)
    assert held(server, corpus, "stance") == held(server, corpus, "spans") == []

    ann = server.annotator("ann")
    label(ann, f"{corpus.manifest.name}: stance: ann", {f"{GAS}#001": [choice("stance", "odd")]})
    refused(server, corpus, sheets[:1], f"({GAS}#001): found 'other labels of this annotator'")
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", server.token)
    message = "found 'no password kept'; allowed: the login of ann@annotators.usiran.invalid"
    refused(server, corpus, sheets[:1], message, "into the variable", url=server.url, replace=True)
    assert len(held(server, corpus, "stance")) == 1


def test_entering_for_somebody_unknown_is_refused_in_one_line(
    corpus: Corpus, sheets: list[Path]
) -> None:
    done = call("annotate", "enter", sheets[0], "--annotator", "zed", at=corpus)
    assert (done.code, done.out) == (1, "")
    assert "annotator_id: found 'zed'; allowed: one of ann, bob, cy" in done.err
    done = call("annotate", "enter", sheets[0], "--annotator", "ann", at=corpus)
    assert (done.code, done.out) == (1, "")
    assert "found 'no server running'" in done.err
