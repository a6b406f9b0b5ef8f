"""`usiran annotate push` and `pull` against a real Label Studio."""

from __future__ import annotations

import http.server
import os
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import httpx
import pytest

from tests.conftest import ROOT
from tests.support.command import Done, call, tree
from tests.support.faults import Case, faults
from tests.support.studio import (
    Serving,
    as_json,
    breaking_wire,
    label,
    labels_in,
    post_form,
    project_of,
    rename,
    results_of,
    tasks_of,
)
from tests.support.tiny import GAS, PORT, SCHEME, TEXTS, choice, quoted, relation
from usiran.annotation.server.accounts import email_of
from usiran.annotation.server.client import Connection
from usiran.annotation.server.instructions import rules
from usiran.annotation.server.predictions import Prediction
from usiran.annotation.server.pull import pull
from usiran.annotation.server.push import Pushed, push
from usiran.annotation.submissions import Counts, Report, read_folder
from usiran.corpus import Corpus
from usiran.errors import UsiranError
from usiran.label_studio.annotation_records import TaskReading
from usiran.label_studio.config import config
from usiran.label_studio.tasks import FIRST, LAST, Task
from usiran.label_studio.write_export import Json
from usiran.schemas.label_scheme import Project, read_scheme
from usiran.text.articles import read_texts, sha256

LAYERS: tuple[Project, ...] = ("stance", "spans")
GAS_SENTENCES = [f"{GAS}#{number:03d}" for number in (1, 2, 4, 5)]
PORT_SENTENCES = [f"{PORT}#001", f"{PORT}#002"]
PLAIN = [choice("stance", "neutral"), choice("holder", "author")]
BLAMED = [choice("stance", "pro-US"), choice("grounds", "us+", "iran-"), choice("holder", "source")]
FAVOURS = [choice("article_stance", "pro-US")]
SPANS = [
    choice("article_stance", "neutral"),
    quoted("actor1", "GOVERNMENT", "Washington"),
    quoted("event1", "ACCUSE", "accused"),
    choice("mode", "negated", region="event1"),
    quoted("actor2", "GOVERNMENT", "Tehran"),
    quoted("actor3", "CIVILIAN", "clerk"),
    quoted("event2", "REJECT", "No deal 🤝🏽"),
    relation("event1", "actor1", "agent"),
    relation("actor2", "event1", "recipient", direction="left"),
]


@pytest.fixture
def corpus(tiny_corpus: Corpus, request: pytest.FixtureRequest) -> Corpus:
    """Return the tiny corpus under a name of the test's own: projects are told apart by it."""
    number = sum(map(ord, request.node.name))
    return rename(tiny_corpus, f"t{number}")


def studio(serving: Serving, corpus: Corpus, command: str, *words: str) -> Done:
    """Run a command on the server's data folder for annotator ann, unless words say otherwise."""
    who = () if "--annotator" in words else ("--annotator", "ann")
    round_name = ("--round", "r1") if command == "pull" else ()
    data = ("--data", str(serving.data_dir.root))
    return call("annotate", command, *who, *round_name, *data, *words, at=corpus)


def pushed(
    serving: Serving,
    corpus: Corpus,
    layer: Project,
    annotator: str = "ann",
    *,
    url: str | None = None,
    **more: Any,
) -> Pushed:
    connection = Connection(serving.data_dir, url)
    return push(corpus, connection, layer=layer, annotator_id=annotator, **more)


def pulled(
    serving: Serving, corpus: Corpus, annotator: str = "ann", *, url: str | None = None, **more: Any
) -> Report:
    connection = Connection(serving.data_dir, url)
    done = pull(corpus, connection, round="r1", annotator_id=annotator, **more)
    assert done.report is not None
    return done.report


def refused(corpus: Corpus, act: Callable[[], object], *parts: str) -> None:
    """Check that an act fails with these parts of a message and leaves the folder alone."""
    before = tree(corpus.root)
    with pytest.raises(UsiranError) as failed:
        act()
    for part in parts:
        assert part in str(failed.value)
    assert tree(corpus.root) == before


def failed_in_one_line(corpus: Corpus, before: Mapping[str, str], done: Done) -> str:
    """Check that a command failed in one line and left the folder alone; return the line."""
    assert (done.code, done.out) == (1, "")
    lines = [line for line in done.err.splitlines() if not re.search(r": \d+ bytes$", line)]
    assert len(lines) == 1, done.err
    assert tree(corpus.root) == before
    return lines[0]


def title(corpus: Corpus, layer: str, annotator: str = "ann") -> str:
    return f"{corpus.manifest.name}: {layer}: {annotator}"


def stored(corpus: Corpus, annotator: str, round_name: str = "r1") -> list[TaskReading]:
    scheme, texts = read_scheme(corpus.labels), read_texts(corpus)
    return list(
        read_folder(corpus, corpus.submissions / round_name / annotator, scheme=scheme, texts=texts)
    )


def test_a_project_is_made_from_the_scheme_and_pushing_again_changes_nothing(
    server: Serving, corpus: Corpus
) -> None:
    (corpus.annotation / "GUIDELINES.md").write_text(
        "# G\n\n## 2. How to work\n\n- *Read* `all`.\n\n## 3. Zones\n\nHidden.\n", encoding="utf-8"
    )
    before = tree(corpus.root)
    first = as_json(studio(server, corpus, "push", "--layer", "stance", "--json").out)
    assert (first["project"], first["new"], first["unchanged"]) == ("new", 6, 0)
    assert first["email"] == "ann@annotators.usiran.invalid"
    sdk = server.client()
    project = sdk.projects.get(id=project_of(sdk, title(corpus, "stance")))
    page = config(SCHEME, "stance", rules=rules(corpus))
    assert "<Markdown>- *Read* `all`.</Markdown>" in page
    assert project.label_config == page.strip()
    shown = project.expert_instruction
    assert "<b>pro-US</b></td><td><code>1</code></td><td>The expressed" in shown
    assert "<li><em>Read</em> <code>all</code>.</li>" in shown
    assert "Hidden" not in shown
    assert project.show_instruction is True
    tasks = list(sdk.tasks.list(project=project.id))
    assert [task.data["sentence_id"] for task in tasks] == GAS_SENTENCES + PORT_SENTENCES
    assert tasks[2].data == {
        "article_id": GAS,
        "sentence_id": f"{GAS}#004",
        "start": TEXTS.by_id[f"{GAS}#004"].start,
        "end": TEXTS.by_id[f"{GAS}#004"].end,
        "text_sha256": sha256(TEXTS.texts[GAS]),
        "text": "The ministry’s envoy, a cafe\u0301 owner, will meet Tehran’s envoy\nin Basra.",
        "before": TEXTS.texts[GAS][: TEXTS.by_id[f"{GAS}#004"].start].strip(),
        "after": TEXTS.texts[GAS][TEXTS.by_id[f"{GAS}#004"].end :].strip(),
        "title": GAS,
        "position": "sentence 3 of 4",
    }
    assert (tasks[0].data["before"], tasks[3].data["after"]) == (FIRST, LAST)

    again = studio(server, corpus, "push", "--layer", "stance")
    assert (again.code, again.err) == (0, "")
    assert again.out.splitlines() == [
        f"project '{title(corpus, 'stance')}' unchanged: {server.url}/projects/{project.id}/",
        "tasks: 0 new, 0 changed, 0 removed, 6 unchanged",
        f"log in as {email_of('ann')}; password: {server.data_dir.credentials}",
    ]
    kept = list(sdk.tasks.list(project=project.id))
    assert [(task.id, task.updated_at) for task in kept] == [(t.id, t.updated_at) for t in tasks]
    assert tree(corpus.root) == before


def test_only_what_is_missing_is_sent(server: Serving, corpus: Corpus) -> None:
    assert pushed(server, corpus, "spans", article_ids=[PORT]).new == 1
    second = pushed(server, corpus, "spans")
    assert (second.project, second.new, second.unchanged) == ("unchanged", 1, 1)
    sdk = server.client()
    numbers = tasks_of(sdk, title(corpus, "spans"))
    sdk.tasks.delete(id=str(numbers[GAS]))
    assert pushed(server, corpus, "spans").new == 1
    refused(
        corpus,
        lambda: pushed(server, corpus, "spans", article_ids=["gone"]),
        f"--article: found 'gone'; allowed: one of {GAS}, {PORT}",
    )


def test_two_annotators_label_a_tiny_corpus_and_are_kept_apart(
    server: Serving, corpus: Corpus
) -> None:
    for who in ("ann", "bob"):
        for layer in LAYERS:
            pushed(server, corpus, layer, who)
    ann, bob = server.annotator("ann"), server.annotator("bob")
    label(ann, title(corpus, "stance"), dict.fromkeys(GAS_SENTENCES + PORT_SENTENCES, PLAIN))
    label(ann, title(corpus, "spans"), {GAS: SPANS, PORT: FAVOURS})
    label(bob, title(corpus, "stance", "bob"), {PORT_SENTENCES[0]: BLAMED})
    label(bob, title(corpus, "spans", "bob"), {PORT: FAVOURS})

    done = studio(server, corpus, "pull")
    assert done.out.splitlines() == [
        f"'{title(corpus, 'stance')}': 6 of 6 tasks submitted",
        f"'{title(corpus, 'spans')}': 2 of 2 tasks submitted",
        "stance: 6 new, 0 changed, 0 unchanged, 0 skipped, 0 unlabelled in the file; "
        "0 of the corpus still missing",
        "spans: 2 new, 0 changed, 0 unchanged, 0 skipped, 0 unlabelled in the file; "
        "0 of the corpus still missing",
        "5 spans, 2 roles, 0 repaired",
        "written: annotation/submissions/r1/ann/stance.json, "
        "annotation/submissions/r1/ann/spans.json",
    ]
    assert pulled(server, corpus, "bob").tasks == {
        "stance": Counts(1, 0, 0, 0, 5, 5), "spans": Counts(1, 0, 0, 0, 1, 1),
    }  # fmt: skip

    found = stored(corpus, "ann")
    assert [task.unit_id for task in found] == [*GAS_SENTENCES, *PORT_SENTENCES, GAS, PORT]
    spans = found[6].annotations[0]
    assert [(s.layer, s.label, s.text, s.mode) for s in spans.spans] == [
        ("actor", "GOVERNMENT", "Washington", None),
        ("event", "ACCUSE", "accused", "negated"),
        ("actor", "GOVERNMENT", "Tehran", None),
        ("actor", "CIVILIAN", "clerk", None),
        ("event", "REJECT", "No deal 🤝🏽", "actual"),
    ]
    assert [(role.role, role.actor) for role in spans.roles] == [
        ("agent", spans.spans[0].region), ("recipient", spans.spans[2].region),
    ]  # fmt: skip
    (other,) = [task for task in stored(corpus, "bob") if task.project == "stance"]
    assert other.annotations[0].choices == {
        "stance": ("pro-US",), "grounds": ("us+", "iran-"), "holder": ("source",),
    }  # fmt: skip
    for path in corpus.submissions.rglob("*.json"):
        assert "stalling" not in path.read_text(encoding="utf-8")

    before = tree(corpus.root)
    document = as_json(studio(server, corpus, "pull", "--json").out)
    assert document["projects"][0]["submitted"] == 6
    assert document["report"]["tasks"]["stance"]["unchanged"] == 6
    assert (document["report"]["written"], document["report"]["files"]) == (False, [])
    assert tree(corpus.root) == before


def test_a_pull_that_is_broken_off_leaves_what_was_there_or_what_is_new(
    server: Serving, corpus: Corpus, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for layer in LAYERS:
        pushed(server, corpus, layer)
    label(server.annotator("ann"), title(corpus, "stance"), {GAS_SENTENCES[0]: PLAIN})
    label(server.annotator("ann"), title(corpus, "spans"), {GAS: SPANS})
    who = ("--annotator", "ann", "--round", "r1", "--data", str(server.data_dir.root))
    words, then = ("annotate", "pull", *who), (("articles", "list"),)
    step = 1 if os.environ.get("USIRAN_FAULTS") == "all" else 3
    case = Case("pull", corpus.root.parent, words, then, step, at=corpus.root.name)
    rows = faults([case], tmp_path_factory.mktemp("faults"))
    assert [row for row in rows if row.settled == "mixed" or "Traceback" in row.text] == []
    assert {row.fault for row in rows} == {"killed", "full", "SIGINT", "SIGTERM"}
    assert {row.settled for row in rows if row.fault == "killed"} == {"old", "new"}


def flipped(tasks: Iterable[TaskReading]) -> list[TaskReading]:
    """Return the tasks with every holder turned round: labels that are surely another's."""
    other = {"author": ("source",), "source": ("author",)}
    turned = []
    for task in tasks:
        (made,) = task.annotations
        choices = {k: other.get(v[0], v) if k == "holder" else v for k, v in made.choices.items()}
        turned.append(task._replace(annotations=(made._replace(choices=choices),)))
    return turned


def test_the_five_articles_come_back_label_for_label(server: Serving, copied: Corpus) -> None:
    corpus = rename(copied, "five")
    with (corpus.annotation / "annotators.csv").open("a", encoding="utf-8") as file:
        file.write("cy,human,Cy,\n")
    sent = stored(corpus, "lm-first", "first")
    labels = {"lm-first": sent, "cy": flipped(sent)}
    scheme = read_scheme(corpus.labels)
    units = {layer: [task.unit_id for task in sent if task.project == layer] for layer in LAYERS}
    for who, tasks in labels.items():
        for layer in LAYERS:
            assert pushed(server, corpus, layer, who).new == len(units[layer])
            assert list(tasks_of(server.client(), title(corpus, layer, who))) == units[layer]
            results = results_of(tasks, layer, scheme)
            label(server.annotator(who), title(corpus, layer, who), results)
    for who, tasks in labels.items():
        report = pulled(server, corpus, who)
        assert report.tasks["stance"] == Counts(len(units["stance"]), 0, 0, 0, 0, 0)
        assert report.tasks["spans"] == Counts(len(units["spans"]), 0, 0, 0, 0, 0)
        assert report.repairs == ()
        assert labels_in(stored(corpus, who)) == labels_in(tasks)
    assert labels_in(stored(corpus, "cy")) != labels_in(stored(corpus, "lm-first"))
    before = tree(corpus.root)
    for who in labels:
        for layer in LAYERS:
            again = pushed(server, corpus, layer, who)
            assert (again.project, again.new, again.unchanged) == (
                "unchanged",
                0,
                len(units[layer]),
            )
        assert not pulled(server, corpus, who).written
    assert tree(corpus.root) == before


def test_skipped_draft_and_foreign_labels_are_told_apart(server: Serving, corpus: Corpus) -> None:
    pushed(server, corpus, "stance")
    name = title(corpus, "stance")
    before = tree(corpus.root)
    done = studio(server, corpus, "pull", "--layer", "stance")
    assert done.out == f"'{name}': 0 of 6 tasks submitted\nno labels yet: nothing to write\n"
    assert (done.code, tree(corpus.root)) == (0, before)

    ann, numbers = server.annotator("ann"), tasks_of(server.client(), name)
    label(ann, name, {PORT_SENTENCES[0]: PLAIN})
    ann.annotations.create(id=numbers[GAS_SENTENCES[0]], result=[], was_cancelled=True)
    # What another account did is not this annotator's to mend either.
    label(server.client(), name, {GAS_SENTENCES[1]: [choice("stance", "no such label")]})
    answer = httpx.post(
        f"{server.url}/api/tasks/{numbers[GAS_SENTENCES[2]]}/drafts",
        json={"result": PLAIN, "lead_time": 1},
        headers={"Authorization": f"Token {server.token}"},
        trust_env=False,
    )
    assert answer.status_code == 201
    done = studio(server, corpus, "pull", "--layer", "stance")
    assert done.out.splitlines()[:4] == [
        f"'{name}': 2 of 6 tasks submitted",
        "  1 draft, not submitted: left out",
        "  1 annotation by other accounts: left out",
        "stance: 2 new, 0 changed, 0 unchanged, 1 skipped, 4 unlabelled in the file; "
        "5 of the corpus still missing",
    ]
    assert [task.unit_id for task in stored(corpus, "ann")] == [GAS_SENTENCES[0], PORT_SENTENCES[0]]


def test_with_one_fault_nothing_is_written(server: Serving, corpus: Corpus) -> None:
    for layer in LAYERS:
        pushed(server, corpus, layer)
    ann = server.annotator("ann")
    wrong = [choice("stance", "pro-Iran"), choice("grounds", "us+"), choice("holder", "author")]
    label(ann, title(corpus, "stance"), {PORT_SENTENCES[0]: wrong})
    label(ann, title(corpus, "spans"), {PORT: FAVOURS})
    line = failed_in_one_line(corpus, tree(corpus.root), studio(server, corpus, "pull"))
    assert line.startswith(f"usiran: {server.url}: task ")
    assert "found 'pro-Iran with grounds us+'; allowed: pro-US with these grounds" in line
    # The sound layer alone can be taken.
    assert pulled(server, corpus, layers=["spans"]).tasks == {"spans": Counts(1, 0, 0, 0, 1, 1)}


def test_labels_on_another_text_are_refused(server: Serving, corpus: Corpus) -> None:
    pushed(server, corpus, "spans")
    name = title(corpus, "spans")
    label(server.annotator("ann"), name, {PORT: FAVOURS})
    for article in (PORT, GAS):
        text = corpus.article(article).read_bytes().replace(b"Basra", b"Mosul")
        corpus.article(article).write_bytes(text)
    found = "text: found 'The US patrol protects Basra, the mayor said."
    refused(corpus, lambda: pulled(server, corpus), f"({PORT}): {found}")
    line = f"({PORT}): found 'labels on another text'; allowed: the corpus's text"
    refused(corpus, lambda: pushed(server, corpus, "spans"), line)
    sdk = server.client()
    tasks = list(sdk.tasks.list(project=project_of(sdk, name)))
    assert ["Basra" in task.data["text"] for task in tasks] == [True, True]

    # A task without labels is brought up to date.
    corpus.article(PORT).write_bytes(TEXTS.texts[PORT].encode())
    done = pushed(server, corpus, "spans")
    assert (done.changed, done.unchanged, done.new) == (1, 1, 0)
    tasks = list(sdk.tasks.list(project=project_of(sdk, name)))
    assert ["Basra" in task.data["text"] for task in tasks] == [False, True]


def test_a_sentence_that_is_gone_is_removed_unless_it_has_labels(
    server: Serving, corpus: Corpus
) -> None:
    pushed(server, corpus, "stance")
    label(server.annotator("ann"), title(corpus, "stance"), {PORT_SENTENCES[1]: PLAIN})
    path = corpus.source / "sentences.csv"
    whole = path.read_text(encoding="utf-8")
    path.write_text(re.sub(rf"^{PORT}#001.*\n", "", whole, flags=re.M), encoding="utf-8")
    done = pushed(server, corpus, "stance")
    # The neighbour is shown with another context now; its labels stay good.
    assert (done.removed, done.changed, done.unchanged) == (1, 1, 4)
    assert pulled(server, corpus).tasks["stance"].new == 1
    path.write_text(re.sub(rf"^{PORT}#.*\n", "", whole, flags=re.M), encoding="utf-8")
    line = f"({PORT_SENTENCES[1]}): found 'labels on what is not in the corpus'"
    refused(corpus, lambda: pushed(server, corpus, "stance"), line)


def test_a_config_that_loses_labels_is_refused_and_another_is_taken(
    server: Serving, corpus: Corpus
) -> None:
    pushed(server, corpus, "spans")
    name = title(corpus, "spans")
    label(server.annotator("ann"), name, {GAS: SPANS})
    whole = corpus.labels.read_text(encoding="utf-8")
    # A scheme needs its roles: these two cannot be renamed.
    renamed = whole.replace('"ACCUSE"', '"BLAME"')
    corpus.labels.write_text(renamed, encoding="utf-8")
    where = f"{server.url}, project '{name}'"
    refused(
        corpus,
        lambda: pushed(server, corpus, "spans"),
        f"{where}: event: label: found 'ACCUSE (used 1 time)'; allowed: one of the new config",
    )
    sdk = server.client()
    assert '"ACCUSE"' in sdk.projects.get(id=project_of(sdk, name)).label_config

    corpus.labels.write_text(whole.replace("#2F6FDE", "#2F6FDD"), encoding="utf-8")
    changed = pushed(server, corpus, "spans")
    assert (changed.project, changed.settings) == ("changed", ("label_config",))
    assert "#2F6FDD" in sdk.projects.get(id=project_of(sdk, name)).label_config
    assert pushed(server, corpus, "spans").project == "unchanged"
    assert pulled(server, corpus).spans == 5


def test_a_project_of_another_version_or_corpus_is_refused(server: Serving, corpus: Corpus) -> None:
    refused(corpus, lambda: pulled(server, corpus), "found 'no such project'")
    pushed(server, corpus, "spans")
    label(server.annotator("ann"), title(corpus, "spans"), {PORT: FAVOURS})
    newer = rename(corpus, corpus.manifest.name, "0.2.0")
    message = "found 'data 0.1.0'; allowed: data 0.2.0, as in corpus.toml; to mend: push again"
    assert message in failed_in_one_line(newer, tree(newer.root), studio(server, newer, "pull"))
    assert pushed(server, newer, "spans").settings == ("description",)
    assert pulled(server, newer).tasks["spans"].new == 1

    sdk = server.client()
    number = project_of(sdk, title(corpus, "spans"))
    for described in ("mine", "corpus other, data 0.2.0, layer spans, annotator ann. Kept"):
        sdk.projects.update(id=number, description=described)
        fix = "to mend: put its description back, or rename or delete it there"
        refused(newer, lambda: pulled(server, newer), fix)
        refused(newer, lambda: pushed(server, newer, "spans"), fix)


def test_a_server_elsewhere_needs_a_sound_address_and_a_token(
    server: Serving, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    pushed(server, corpus, "spans")

    def fails(url: str, token: str, message: str) -> None:
        monkeypatch.setenv("LABEL_STUDIO_API_KEY", token)
        refused(corpus, lambda: pushed(server, corpus, "spans", url=url), message)
        refused(corpus, lambda: pulled(server, corpus, url=url), message)

    fails(server.url, "", "environment: found 'LABEL_STUDIO_API_KEY not set'")
    fails(server.url, "0" * 40, "found 'the token is refused (Invalid token.)'")
    fails(server.url, "clé " * 9, "found 'a LABEL_STUDIO_API_KEY that is no token'")
    fails("http://127.0.0.1:9", server.token, "9: found 'no answer (connection refused)'")
    other_kind = "found 'something else than Label Studio (status 404)'"
    fails(f"{server.url}/projects", server.token, other_kind)
    sound = "allowed: http:// or https://, a host, perhaps a port and a path"
    for url in ("127.0.0.1:8080", "ftp://127.0.0.1", "http://", "http://[", "http://127.0.0.1:x"):
        fails(url, server.token, sound)
    fails("http://me:hush@127.0.0.1", server.token, f"--url: found '127.0.0.1'; {sound}")

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        fails(f"http://127.0.0.1:{other.server_port}", server.token, other_kind)
        other.shutdown()
    assert Quiet.tokens == []

    monkeypatch.setenv("LABEL_STUDIO_API_KEY", server.token)
    assert pushed(server, corpus, "spans", url=f"{server.url}/").project == "unchanged"
    before = tree(corpus.root)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "0" * 40)
    done = studio(server, corpus, "pull", "--url", server.url)
    assert "the token is refused" in failed_in_one_line(corpus, before, done)
    done = studio(server, corpus, "pull", "--url", "http://127.0.0.1:9")
    assert "connection refused" in failed_in_one_line(corpus, before, done)


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Another kind of server; it notes the tokens that it is shown."""

    tokens: list[str] = []  # noqa: RUF012  # shared on purpose

    def do_GET(self) -> None:
        if self.headers["Authorization"]:
            self.tokens.append(self.headers["Authorization"])
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_server_that_breaks_off_leaves_the_folder_as_it_was(
    server: Serving, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    for layer in LAYERS:
        pushed(server, corpus, layer)
    label(server.annotator("ann"), title(corpus, "stance"), dict.fromkeys(GAS_SENTENCES, PLAIN))
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", server.token)
    for when, after in ((b"/export", 2500), (b"/export", 40), (b"/api/users", 0)):
        with breaking_wire(server.url, when, after) as url:
            message = f"{url}: found 'the connection broke off ("
            refused(corpus, partial(pulled, server, corpus, url=url), message)
    before = tree(corpus.root)
    with breaking_wire(server.url, b"/export", 2500) as url:
        done = studio(server, corpus, "pull", "--url", url)
    assert "the connection broke off (" in failed_in_one_line(corpus, before, done)
    # The same command, run again, completes what was interrupted.
    assert pulled(server, corpus).tasks["stance"].new == 4


def test_an_interrupted_push_is_completed_by_the_next(
    server: Serving, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", server.token)
    with breaking_wire(server.url, b"/import", 0) as url:
        refused(
            corpus,
            lambda: pushed(server, corpus, "stance", url=url),
            "the connection broke off (",
        )
    second = pushed(server, corpus, "stance")
    assert (second.project, second.new + second.unchanged) == ("unchanged", 6)
    assert len(tasks_of(server.client(), title(corpus, "stance"))) == 6


def test_who_labels_must_be_known(server: Serving, corpus: Corpus) -> None:
    message = "annotator_id: found 'zed'; allowed: one of ann, bob, cy"
    refused(corpus, lambda: pushed(server, corpus, "spans", "zed"), message)
    refused(corpus, lambda: pulled(server, corpus, "zed"), message)
    data = ("--data", str(server.data_dir.root))
    done = call("annotate", "push", "--layer", "spans", *data, at=corpus)
    line = failed_in_one_line(corpus, tree(corpus.root), done)
    assert "to mend: name one with --annotator" in line
    pushed(server, corpus, "spans")
    label(server.annotator("ann"), title(corpus, "spans"), {PORT: FAVOURS})
    done = studio(server, corpus, "pull", "--round", "R 1")
    assert "--round: found 'R 1'" in failed_in_one_line(corpus, tree(corpus.root), done)


def test_a_text_with_carriage_returns_is_not_pushed(server: Serving, corpus: Corpus) -> None:
    corpus.article(PORT).write_bytes(b"The US patrol\r\nprotects Basra.")
    message = "found 'a carriage return'; allowed: line feeds only"
    refused(corpus, lambda: pushed(server, corpus, "spans"), message)


def test_signup_is_closed_and_an_invitation_is_void_once_used(
    server: Serving, corpus: Corpus
) -> None:
    pushed(server, corpus, "spans", "cy")
    form = {"email": "guest@example.org", "password": "a long password"}
    log = server.data_dir.log.read_text(encoding="utf-8")
    used = re.findall(r"/user/signup/\?token=(\w+)", log)
    assert used
    for page in ("/user/signup/", f"/user/signup/?token={used[-1]}"):
        with httpx.Client(base_url=server.url, trust_env=False) as web:
            assert post_form(web, page, form).status_code == 403


def test_predictions_are_marked_added_once_and_off_by_default(
    server: Serving, corpus: Corpus
) -> None:
    asked: list[str] = []

    def predictor(tasks: Iterable[Task]) -> Iterator[Prediction]:
        for task in tasks:
            asked.append(task.unit_id)
            result: list[Json] = [choice("stance", "neutral")]
            yield Prediction(task.unit_id, result, 0.75, "majority@0.1.0")

    pushed(server, corpus, "stance")
    sdk = server.client()
    number = project_of(sdk, title(corpus, "stance"))
    assert not any(task.predictions for task in sdk.tasks.list(project=number))
    label(server.annotator("ann"), title(corpus, "stance"), {PORT_SENTENCES[1]: PLAIN})
    for sent in (5, 0):
        assert pushed(server, corpus, "stance", predictor=predictor).predictions == sent
    assert asked == (GAS_SENTENCES + PORT_SENTENCES) * 2
    tasks = list(sdk.tasks.list(project=number))
    marked = [[(one.model_version, one.score) for one in task.predictions] for task in tasks]
    assert marked == [[("majority@0.1.0", 0.75)]] * 5 + [[]]
    assert sdk.projects.get(id=number).show_collab_predictions is True
    assert pulled(server, corpus).tasks["stance"].new == 1


def test_a_pull_takes_what_was_changed_on_the_server_since(server: Serving, corpus: Corpus) -> None:
    pushed(server, corpus, "spans")
    ann, name = server.annotator("ann"), title(corpus, "spans")
    label(ann, name, {PORT: FAVOURS})
    pulled(server, corpus)
    (task,) = [t for t in ann.tasks.list(project=project_of(ann, name)) if t.annotations]
    changed = [choice("article_stance", "neutral")]
    ann.annotations.update(id=task.annotations[0]["id"], result=changed)
    before = tree(corpus.root)
    dry = pulled(server, corpus, dry_run=True)
    assert (dry.tasks["spans"].changed, dry.written) == (1, False)
    assert tree(corpus.root) == before
    assert pulled(server, corpus).tasks["spans"] == Counts(0, 1, 0, 0, 1, 1)
    (found,) = stored(corpus, "ann")
    assert found.annotations[0].choices == {"article_stance": ("neutral",)}


def test_the_repository_ignores_the_data_folder() -> None:
    assert ".label-studio/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
