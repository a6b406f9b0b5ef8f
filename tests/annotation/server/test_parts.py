"""What push and pull are made of, as far as it needs no server."""

from __future__ import annotations

import os
import re
import stat
import sys
from pathlib import Path

import pytest

from tests.support.tiny import SCHEME, choice, write_json
from usiran.annotation.server.client import Connection, speaking
from usiran.annotation.server.credentials import LOCAL, Credentials
from usiran.annotation.server.data_dir import DataDir, Running
from usiran.annotation.server.instructions import instruction, rules, words_of
from usiran.annotation.server.process import note_version
from usiran.annotation.server.projects import Mark, count_uses, read_mark
from usiran.corpus import Corpus
from usiran.errors import StudioError
from usiran.label_studio.config import config
from usiran.label_studio.tasks import FIRST, LAST, make_tasks
from usiran.text.articles import read_texts


@pytest.fixture
def folder(tmp_path: Path) -> DataDir:
    """Return a data folder that is made."""
    made = DataDir(tmp_path / "studio")
    made.make()
    return made


def test_every_scored_sentence_and_every_article_is_a_task(repo: Corpus) -> None:
    texts = read_texts(repo)
    stance, spans = make_tasks(repo, texts, "stance"), make_tasks(repo, texts, "spans")
    scored = [row.sentence_id for row in texts.by_id.values() if row.scored]
    assert [task.unit_id for task in stance] == scored
    assert [task.unit_id for task in spans] == list(texts.texts)
    assert {len(task.data) for task in stance} == {10}
    for task in (*stance, *spans):
        assert all(value != "" for value in task.data.values())
    assert stance[6].data["position"] == "sentence 7 of 14"
    assert [task.data["position"] for task in spans[:2]] == ["article 1 of 5", "article 2 of 5"]
    for task in stance:
        around = (str(task.data[name]) for name in ("before", "text", "after"))
        words = " ".join(part for part in around if part not in (FIRST, LAST)).split()
        assert words == texts.texts[str(task.data["article_id"])].split()
    assert str(spans[1].data["title"]).startswith("US suspends Iraqi forces training, ")


def test_the_instruction_has_the_labels_and_the_short_sections_of_the_guidelines(
    repo: Corpus,
) -> None:
    stance = instruction(repo, SCHEME, "stance")
    headings = re.findall(r"<h4>(.*?)</h4>", stance)
    assert headings == [
        *(field.question for field in SCHEME.of("stance")),
        "Before you submit",
    ]
    spans = instruction(repo, SCHEME, "spans")
    assert "<b>SANCTION</b></td><td><code>d</code></td>" in spans
    assert "<b>pro-US</b></td><td><code>1</code>" not in spans
    for shown in (stance, spans):
        assert "](" not in shown
        assert "**" not in shown
        assert "<!--" not in shown
        for tag in ("p", "ol", "ul", "li", "table", "b", "em", "strong", "code"):
            assert len(re.findall(rf"<{tag}[ >]", shown)) == shown.count(f"</{tag}>"), tag


def test_every_numbered_rule_can_be_opened_in_the_page(repo: Corpus) -> None:
    one_page, *numbered = rules(repo)
    assert one_page.heading == "The scheme in one page"
    assert "`ASSAULT`" in one_page.text
    text = (repo.annotation / "GUIDELINES.md").read_text("utf-8")
    # "1." and "3." have their rules under headings of their own.
    headings = re.findall(r"^##+ (\d.*)$", text, re.MULTILINE)
    assert [rule.heading for rule in numbered] == [
        heading for heading in headings if not heading.startswith(("1. ", "3. "))
    ]
    assert all(rule.text and "\n## " not in rule.text for rule in numbered)


def test_a_rule_leads_to_its_place_where_the_corpus_says_an_address(tiny_corpus: Corpus) -> None:
    text = "# G\n\n## 1.4 Who speaks, and for whom?\n\nThe author.\n"
    (tiny_corpus.annotation / "GUIDELINES.md").write_text(text, encoding="utf-8")
    assert rules(tiny_corpus)[-1].text == "The author."
    for address, link in (
        ("https://example.org/r/", "[In the guidelines](https://example.org/r/blob/main/annotation/"
         "GUIDELINES.md#14-who-speaks-and-for-whom)"),
        ("javascript:alert(1)", ""),
    ):  # fmt: skip
        tiny_corpus.description.write_text(f'repository = "{address}"\n', encoding="utf-8")
        assert rules(tiny_corpus)[-1].text == f"The author.\n\n{link}".strip()


def test_sections_of_the_guidelines_become_plain_html(tiny_corpus: Corpus) -> None:
    section = "One *two*\nthree.\n\n- **a** [link](#b)\n- `c` < d\n\n1. first\n   line\n2. second\n"
    text = f"# G\n\n## 2. How to work\n\n{section}"
    (tiny_corpus.annotation / "GUIDELINES.md").write_text(text, encoding="utf-8")
    shown = instruction(tiny_corpus, SCHEME, "stance").partition("<h4>How to work</h4>")[2]
    assert shown.replace("\n", " ").replace("> <", "><").strip() == (
        "<p>One <em>two</em> three.</p>"
        "<ul><li><strong>a</strong> link</li><li><code>c</code> &lt; d</li></ul>"
        "<ol><li>first line</li><li>second</li></ol>"
    )
    assert words_of(None) == []


def test_a_mark_is_read_back_and_long_titles_stay_apart() -> None:
    mark = Mark("news on a contest", "1.20.3", "stance", "lm-first")
    assert read_mark(mark.description) == mark
    assert mark.title == "news on a contest: stance: lm-first"
    assert read_mark("news, data 1.0") is None
    assert read_mark(None) is None
    long = [Mark("c" * 40, "1.0.0", "stance", f"annotator-{number}").title for number in (1, 2)]
    assert [len(title) for title in long] == [50, 50]
    assert long[0] != long[1]


def test_labels_are_counted_in_annotations_and_drafts(tmp_path: Path) -> None:
    relation = {"from_id": "a", "to_id": "b", "type": "relation", "labels": ["agent", "recipient"]}
    tasks = [
        {"id": 1, "annotations": [{"result": [choice("grounds", "us+", "us-"), relation]}]},
        {"id": 2, "annotations": [], "drafts": [{"result": [choice("grounds", "us+")]}]},
        {"id": 3, "annotations": [{"result": []}]},
    ]
    assert count_uses(write_json(tmp_path / "export.json", tasks)) == {
        ("grounds", "us+"): 2, ("grounds", "us-"): 1,
        ("relation", "agent"): 1, ("relation", "recipient"): 1,
    }  # fmt: skip
    assert 'value="us+"' in config(SCHEME, "stance")


def test_secrets_are_made_once_and_kept_private(folder: DataDir) -> None:
    first = Credentials(folder)
    assert first.login() is None
    login, password = first.make_login(), first.password(LOCAL, "ann", "ann@example.org")
    assert first.password("https://há.example", "bob", "bob@example.org") != password
    assert stat.S_IMODE(folder.credentials.stat().st_mode) == 0o600
    again = Credentials(folder)
    assert again.login() == login
    assert again.password(LOCAL, "ann", "ann@example.org") == password
    assert again.kept_password("https://há.example", "bob")
    assert again.kept_password(LOCAL, "bob") is None
    assert len(login.token) == 40
    for secret in (login.password, login.token):
        assert len(secret) >= 24
        assert secret not in repr(login)


@pytest.mark.parametrize(
    "content",
    ["[server]\nusername = 3\n", "server = 1\n", "accounts = 1\n", "[accounts.local]\nann = 'x'\n",
     "[accounts.local.ann]\nemail = 'a'\n"],
)  # fmt: skip
def test_another_credentials_file_is_refused(folder: DataDir, content: str) -> None:
    folder.credentials.write_text(content, encoding="utf-8")
    folder.credentials.chmod(0o600)
    with pytest.raises(StudioError, match="as usiran wrote them"):
        Credentials(folder)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_credentials_that_others_may_read_are_refused(folder: DataDir, mode: int) -> None:
    Credentials(folder).make_login()
    folder.credentials.chmod(mode)
    with pytest.raises(StudioError, match=f"found 'mode {mode:o}: others may read it'"):
        Credentials(folder)


def test_only_the_lock_says_that_a_server_runs(folder: DataDir) -> None:
    noted = Running("http://127.0.0.1:1", 1)
    folder.note(noted)
    # What a crashed server left: the port may be another program's by now.
    assert folder.running is None
    with pytest.raises(StudioError, match="no server running"):
        Connection(folder).address()
    lock = folder.take()
    assert folder.running == noted
    with pytest.raises(StudioError, match=r"a server at http://127\.0\.0\.1:1 \(process 1\)"):
        DataDir(folder.root).check_free()
    with pytest.raises(StudioError, match="a server at"):
        folder.take()
    folder.forget()
    with pytest.raises(StudioError, match="a server that is starting"):
        folder.take()
    os.close(lock)
    os.close(folder.take())


def test_without_the_sdk_the_command_that_installs_it_is_given(
    folder: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "0" * 40)
    monkeypatch.setitem(sys.modules, "label_studio_sdk", None)
    with (
        pytest.raises(StudioError, match=r"to mend: pip install 'usiran\[annotation\]'"),
        speaking(Connection(folder, "http://127.0.0.1:9").address()),
    ):
        pass


def test_a_release_line_that_was_not_tried_is_remarked_on() -> None:
    assert note_version("1.23.2") is None
    assert note_version("1.24.0") == "Label Studio 1.24.0: tried with 1.23 only"
    assert note_version("1.230.0") is not None
