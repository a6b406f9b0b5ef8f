"""Other people's labels through the real program: docs/labels.md, and odd files."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support.command import call, tree
from tests.support.tiny import (
    GAS,
    PORT,
    Json,
    annotation,
    article_task,
    choice,
    quoted,
    tiny_corpus,
    write_json,
)
from usiran.corpus import Corpus

__all__ = ["tiny_corpus"]

DATA = ROOT / "tests/data/foreign"
SIGNED = ("--round", "r1", "--annotator", "ann")


def examples() -> list[tuple[str, str]]:
    """Return the page's commands, each with what it prints."""
    page = (ROOT / "docs/labels.md").read_text("utf-8")
    blocks = re.findall(r"```console\n\$ (.+)\n((?:.+\n)*)```", page)
    assert len(blocks) == 2
    return blocks


def test_the_examples_of_the_page_print_what_it_says(tiny_corpus: Corpus) -> None:
    shutil.copy(DATA / "renamed.json", tiny_corpus.root / "export.json")
    for command, printed in examples():
        done = call(*shlex.split(command)[1:], at=tiny_corpus)
        # The page shows one of several findings.
        assert set(printed.splitlines()) <= set((done.out + done.err).splitlines())
    assert done.code == 0
    assert done.out == printed


def test_the_page_s_way_out_for_two_servers(tiny_corpus: Corpus) -> None:
    files = [shutil.copy(DATA / f"server{name}.json", tiny_corpus.root) for name in "AB"]
    refused = call("annotate", "agreement", *files, "--draws", "100", at=tiny_corpus)
    assert refused.code == 1
    assert "a name for each, NAME=" in refused.err
    nobody = call("annotate", "agreement", f"={files[0]}", at=tiny_corpus)
    assert "=" + str(files[0]) + ": found 'no such file'" in nobody.err
    named = [f"ours={files[0]}", f"theirs={files[1]}"]
    done = call("annotate", "agreement", *named, "--draws", "100", at=tiny_corpus)
    assert done.out.startswith("Agreement of 3 annotators: ours/1, ours/2, theirs\n")


@pytest.mark.parametrize(("file", "new"), [("completions.json", 1),
                                           ("completions_and_annotations.json", 2)])  # fmt: skip
def test_labels_of_before_1_0_are_taken(tiny_corpus: Corpus, file: str, new: int) -> None:
    done = call("annotate", "import", DATA / file, *SIGNED, at=tiny_corpus)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"spans: {new} new, 0 changed")


def test_doubles_are_dropped_and_told_once_in_the_agreement(tiny_corpus: Corpus) -> None:
    words = ("annotate", "agreement", DATA / "twice.json", "--draws", "100")
    done = call(*words, at=tiny_corpus)
    assert done.code == 0
    assert "mended while reading: 1 label\n" in done.out
    assert " ".join(done.out.split()).count("GOVERNMENT at 34 to 44 twice") == 1
    document = json.loads(call(*words, "--json", at=tiny_corpus).out)
    assert (document["repaired"], len(document["repairs"])) == (1, 1)


def test_maps_and_labels_hold_for_the_agreement_too(tiny_corpus: Corpus) -> None:
    results = [choice("overall", "balanced"), quoted("actor1", "GOVERNMENT", "Tehran")]
    task: Json = article_task(*(annotation(*results, by=by) for by in (1, 2)))
    path = write_json(tiny_corpus.root / "x.json", [task | {"drafts": [{}]}])
    words = ("annotate", "agreement", path, "--draws", "100")
    told = call(*words, at=tiny_corpus)
    assert told.code == 1
    assert told.err.count("--map overall=") == 2
    assert len(told.err.splitlines()) == 1
    done = call(
        *words, "--map", "overall=article_stance", "--label", "balanced=neutral", at=tiny_corpus
    )
    assert done.code == 0
    assert "left out: 1 draft\n" in done.out


def test_one_odd_value_refuses_the_file_with_its_place_and_writes_nothing(
    tiny_corpus: Corpus,
) -> None:
    bad = quoted("actor1", "GOVERNMENT", "Tehran") | {"id": "Zz9"}
    content = json.dumps([article_task(annotation(choice("article_stance", "neutral"), bad))])
    path = tiny_corpus.root / "x.json"
    path.write_text(content.replace('"start": 53', '"start": 18446744073709551616'), "utf-8")
    before = tree(tiny_corpus.root)
    done = call("annotate", "import", path, *SIGNED, at=tiny_corpus)
    assert done.code == 1
    assert (
        f"task 12 ({GAS}) annotation 34 region Zz9: actor: found '18446744073709551616 to 59"
        in (done.err)
    )
    assert tree(tiny_corpus.root) == before
    done = call("annotate", "import", path, *SIGNED, "--skip-faulty", "--json", at=tiny_corpus)
    assert done.code == 0
    (told,) = json.loads(done.out)["repairs"]
    assert (told["column"], told["fix"]) == ("actor", "left out (--skip-faulty)")
    assert json.loads(done.out)["spans"] == 0


def test_a_name_for_the_file_says_who_labelled(tiny_corpus: Corpus) -> None:
    words = ("annotate", "import", "--round", "r1")
    done = call(*words, f"bob={DATA / 'notes.json'}", at=tiny_corpus)
    assert done.out.endswith("written: annotation/submissions/r1/bob/spans.json\n")
    for again in ([DATA / "notes.json"], [f"bob={DATA / 'notes.json'}", "--annotator", "ann"]):
        refused = call(*words, *again, at=tiny_corpus)
        assert refused.code == 2
        assert "say once who labelled" in refused.err


def test_an_annotation_of_target_storage_needs_no_ending(
    tiny_corpus: Corpus, tmp_path: Path
) -> None:
    made = annotation(choice("article_stance", "neutral"))
    task = {"id": 12, "data": {"article_id": GAS}}
    path = write_json(tmp_path / "90", made | {"task": task})
    assert call("annotate", "import", path, *SIGNED, at=tiny_corpus).code == 0


def test_a_fault_of_another_annotator_keeps_nobody_s_labels_out(tiny_corpus: Corpus) -> None:
    stance = choice("article_stance", "neutral")
    good, bad = quoted("actor1", "GOVERNMENT", "Tehran"), quoted("actor1", "NOBODY", "Tehran")
    # On some servers several annotations have one id.
    theirs = annotation(stance, bad, by=2)
    path = write_json(tiny_corpus.root / "x.json", [article_task(annotation(stance, good), theirs)])
    words = ("annotate", "import", path, *SIGNED, "--completed-by")
    refused = call(*words, "2", at=tiny_corpus)
    assert refused.code == 1
    assert "found 'NOBODY'" in refused.err
    done = call(*words, "1", at=tiny_corpus)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[1] == "1 span, 0 roles, 0 repaired"


@pytest.mark.parametrize("stray", ["null", "5", '"x"', "[]"])
def test_what_is_no_task_is_a_finding_at_its_place(tiny_corpus: Corpus, stray: str) -> None:
    task = json.dumps(article_task(annotation(choice("article_stance", "neutral"))))
    for name, content in (
        ("a.json", f"[{stray}, {task}]"),
        ("b.json", f"[{task}, {stray}]"),
        ("c.jsonl", f"{task}\n{stray}\n"),
        ("d.jsonl", f"{stray}\n{task}\n"),
    ):
        path = tiny_corpus.root / name
        path.write_text(content, "utf-8")
        words = ("annotate", "import", path, *SIGNED, "--dry-run")
        refused = call(*words, at=tiny_corpus)
        assert refused.code == 1
        number = 1 if name in ("a.json", "d.jsonl") else 2
        assert f"{name}: task number {number}: found '{stray}'" in refused.err
        assert len(refused.err.splitlines()) == 1
        done = call(*words, "--skip-faulty", at=tiny_corpus)
        assert done.code == 0
        assert "spans: 1 new" in done.out
        assert f"found '{stray}'" in done.out


def test_a_project_that_asks_less_is_taken_and_what_it_lacks_is_told(tiny_corpus: Corpus) -> None:
    spans = annotation(quoted("actor1", "GOVERNMENT", "Tehran"))
    tasks = [article_task(spans), article_task(number=13, article=PORT)]
    path = write_json(tiny_corpus.root / "ner.json", tasks)
    done = call("annotate", "import", path, *SIGNED, at=tiny_corpus)
    assert done.code == 0
    assert "without article_stance: no task of the file has one\n" in done.out
    done = call("annotate", "import", path, "--round", "r1", "--annotator", "bob", at=tiny_corpus)
    assert done.code == 0
    words = ("annotate", "agreement", "--round", "r1", "--draws", "100")
    assert call(*words, at=tiny_corpus).code == 0
    assert call("annotate", "adjudicate", "--list", "--round", "r1", at=tiny_corpus).code == 0
    # Where one task has it the project asks it, and it is missing in the others.
    judged = annotation(choice("article_stance", "neutral"), number=2)
    path = write_json(
        tiny_corpus.root / "some.json",
        [article_task(spans), article_task(judged, number=13, article=PORT)],
    )
    refused = call("annotate", "import", path, *SIGNED, at=tiny_corpus)
    assert refused.code == 1
    assert "article_stance: found 'nothing'" in refused.err


def test_a_file_of_predictions_and_drafts_alone_says_so(tiny_corpus: Corpus) -> None:
    result = {"result": [choice("article_stance", "neutral")]}
    task = {"id": 1, "data": {"article_id": GAS}, "predictions": [result] * 2, "drafts": [result]}
    path = write_json(tiny_corpus.root / "x.json", [task])
    done = call("annotate", "import", path, *SIGNED, at=tiny_corpus)
    assert done.code == 1
    assert "found 'no labels; left out: 1 draft, 2 predictions'" in done.err
