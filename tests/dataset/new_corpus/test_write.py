"""A corpus that is made new: nothing to find in it, everything in it that the toolkit reads."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support.command import tree
from usiran.corpus import Corpus
from usiran.dataset.build import build
from usiran.dataset.new_corpus.answers import Answers, answers_of
from usiran.dataset.new_corpus.write import write_corpus
from usiran.errors import FileError, InputError
from usiran.models.registry import SYSTEMS
from usiran.models.settings import read_all
from usiran.schemas.label_scheme import read_scheme
from usiran.validation.validate import open_valid

ANSWERS = answers_of(
    Path("dike"),
    title='The "dike" of Norderland',
    language="en",
    sides=["upland", "coast=pro-sea"],
    affiliations=["GUILD=coast", "MONKS"],
)


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = tmp_path_factory.mktemp("new") / "dike"
    write_corpus(folder, ANSWERS)
    return Corpus(folder)


def test_it_says_what_was_answered(new: Corpus) -> None:
    manifest, scheme = new.manifest, read_scheme(new.labels)
    assert (manifest.name, manifest.language) == ("dike", "en")
    assert manifest.title == 'The "dike" of Norderland'
    assert scheme.affiliations == ("UPLAND", "COAST", "GUILD", "MONKS", "OTHER")
    assert scheme.contest.stances == ("pro-upland", "pro-sea", "neutral")
    assert scheme.contest.camps == {"UPLAND": "upland", "COAST": "coast", "GUILD": "coast"}
    assert scheme.contest.toward(["coast-", "upland+"]) == (1, -1)


def test_a_build_changes_nothing_in_it(new: Corpus) -> None:
    before = tree(new.root)
    assert build(new).changed == ()
    assert tree(new.root) == before


def test_a_label_that_is_changed_reaches_the_labelling_page(tmp_path: Path) -> None:
    write_corpus(tmp_path / "dike", ANSWERS)
    corpus = Corpus(tmp_path / "dike")
    text = corpus.labels.read_text("utf-8").replace('name = "AID"', 'name = "HELP"')
    corpus.labels.write_text(text, encoding="utf-8")
    assert corpus.annotation / "spans.xml" in build(corpus).changed
    assert 'value="HELP"' in (corpus.annotation / "spans.xml").read_text("utf-8")
    open_valid(corpus)


def test_every_system_has_the_settings_that_it_has_here(new: Corpus, repo: Corpus) -> None:
    ours, theirs = (read_all(corpus, tuple(SYSTEMS)) for corpus in (repo, new))
    of_sides = {"toward_us": "toward_upland", "toward_iran": "toward_coast"}
    for name, settings in ours.items():
        made = theirs[name]
        assert (made.kind, made.tasks) == (settings.kind, settings.tasks)
        assert made.parameters == settings.parameters
        assert made.task_parameters == settings.task_parameters
        reasons = {of_sides.get(task, task): why for task, why in settings.not_applicable.items()}
        assert made.not_applicable == reasons


def test_english_word_lists_name_no_side_and_other_languages_begin_with_none(
    new: Corpus, tmp_path: Path
) -> None:
    english = tomllib.loads((new.baselines / "cue-lexicon.toml").read_text("utf-8"))["lexicon"]
    assert english["stance"]["upland"] == english["stance"]["coast"] == []
    assert "praise*" in english["stance"]["favourable"]
    assert "army" in english["actors"]["MILITARY"]
    german = Answers("dike", "Der Deich", "de", ANSWERS.sides, ANSWERS.affiliations)
    write_corpus(tmp_path / "deich", german)
    lists = tomllib.loads((tmp_path / "deich/baselines/cue-lexicon.toml").read_text("utf-8"))
    assert {len(words) for task in lists["lexicon"].values() for words in task.values()} == {0}


def test_a_label_scheme_of_ones_own_is_taken_as_it_stands(tmp_path: Path) -> None:
    labels = ROOT / "annotation" / "labels.toml"
    answers = answers_of(tmp_path / "own", title="Own", language="fr", sides=None)
    write_corpus(tmp_path / "own", answers, labels=labels)
    corpus = Corpus(tmp_path / "own")
    assert corpus.labels.read_bytes() == labels.read_bytes()
    assert read_all(corpus, ("stance-from-sides",))["stance-from-sides"].not_applicable.keys() >= {
        "toward_us",
        "toward_iran",
    }


def test_a_faulty_label_scheme_is_told_by_its_own_name_and_nothing_is_written(
    tmp_path: Path,
) -> None:
    text = (ROOT / "annotation" / "labels.toml").read_text("utf-8")
    labels = tmp_path / "mine.toml"
    answers = answers_of(tmp_path / "own", title="Own", language="fr", sides=None)
    labels.write_text(text.replace('hotkey = "2"', 'hotkey = "1"'), encoding="utf-8")
    with pytest.raises(InputError, match=r"mine.toml: .*hotkey: found '1'; allowed: a hotkey of"):
        write_corpus(tmp_path / "own", answers, labels=labels)
    labels.write_text(text.replace('favourable = "us+"', 'favourable = "x"'), encoding="utf-8")
    with pytest.raises(FileError, match=r"mine.toml: found 'x in side us'; allowed: one of us\+"):
        write_corpus(tmp_path / "own", answers, labels=labels)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.toml"]
