"""The walk of CONTRIBUTING.md from start to end: a sixth article, labelled in Label Studio."""

from __future__ import annotations

import re
from pathlib import Path

from tests.support.command import call
from tests.support.studio import Serving, as_json, rename
from tests.support.three_passes import fill
from usiran import loading
from usiran.benchmark.run import Benchmark
from usiran.corpus import Corpus
from usiran.loading.tables import load_tables
from usiran.validation.validate import validate

SIXTH = "2031-05-longer-american-stay"
STORY = """\
Baghdad weighs a longer American stay

BAGHDAD - Iran condemned the United States on Monday for keeping troops in Iraq.
An Iraqi official said the American trainers had protected his city.
The parliament will debate a new agreement on Thursday.
Subscribe to our newsletter for more stories.
"""
RUTH = f"""\
article {SIXTH}
article_stance neutral
001 neutral author
002 pro-Iran source us-
  GOVERNMENT "Iran" i
  ACCUSE "condemned" agent=i recipient=u
  GOVERNMENT "United States" u
003 pro-US source us+
  GOVERNMENT "Iraqi official"
  MILITARY "American trainers" t
  AID "protected" agent=t
004 neutral author
  POLITICAL_GROUP "parliament" p
  CONSULT "debate" future agent=p
"""
SAM = RUTH.replace("003 pro-US source us+", "003 neutral source").replace("ACCUSE", "REJECT")
STANCE, CONDEMNED = f"stance/{SIXTH}#003", f"event/{SIXTH}@event:{STORY.index('condemned')}-"


def step(at: Corpus, *words: str | Path) -> str:
    """Take one step of the walk in this process; return what it prints."""
    done = call(*words, at=at)
    assert done.code == 0, f"{words}\n{done.out}\n{done.err}"
    return done.out


def put(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_sixth_article_goes_from_its_text_to_the_benchmark(
    server: Serving, copied: Corpus, tmp_path: Path
) -> None:
    corpus, story = rename(copied, "sixth"), tmp_path / "story.txt"
    before = {task: gold.article_ids for task, gold in _bench(corpus).golds.items()}
    story.write_text(STORY, encoding="utf-8")
    facts = ("--id", SIXTH, "--publisher", "The Invented Daily", "--note", "written for a test")
    step(corpus, "articles", "add", story, *facts)
    outline = tmp_path / "outline.txt"
    text = step(corpus, "articles", "sentences", SIXTH)
    outline.write_text(re.sub(r"body +\| Subscribe", "boilerplate | Subscribe", text), "utf-8")
    step(corpus, "articles", "sentences", SIXTH, "--apply", outline)

    with (corpus.annotation / "annotators.csv").open("a", encoding="utf-8") as file:
        file.write("ruth,human,Ruth,\nsam,human,Sam,\njude,human,Jude,\n")
    data = ("--data", str(server.data_dir.root))
    for who, sheet in (("ruth", RUTH), ("sam", SAM)):
        for layer in ("stance", "spans"):
            words = ("--layer", layer, "--article", SIXTH, "--annotator", who)
            step(corpus, "annotate", "push", *words, *data)
        filled = tmp_path / f"{who}.txt"
        filled.write_text(sheet, encoding="utf-8")
        step(corpus, "annotate", "enter", filled, "--annotator", who, *data)
        pulled = step(corpus, "annotate", "pull", "--round", "sixth", "--annotator", who, *data)
        assert "stance: 4 new" in pulled

    measured = ("--round", "sixth", "--draws", "100", "--json")
    agreement = as_json(step(corpus, "annotate", "agreement", *measured))
    assert agreement["annotators"] == ["ruth", "sam"]

    settings = corpus.dataset / "corpus.toml"
    rounds = re.search(r"gold_rounds = \[(.*?)\]", settings.read_text("utf-8"))
    assert rounds is not None
    put(settings, rounds[0], f'gold_rounds = [{rounds[1]}, "sixth"]')
    sheet = step(corpus, "annotate", "adjudicate", "--list", "--as-sheet")
    ids = re.findall(r'^id = "(.*)"$', sheet, flags=re.M)
    assert [id for id in ids if SIXTH in id][1:] == [STANCE]
    assert ids[0].startswith(CONDEMNED)
    decided = tmp_path / "decisions.toml"
    decided.write_text(
        fill(sheet, {STANCE: "pro-US us+", ids[0]: 'ACCUSE "condemned"'}), encoding="utf-8"
    )
    step(corpus, "annotate", "adjudicate", "--decide", decided, "--adjudicator", "jude")
    _link_actors(corpus)
    put(settings, "gold_basis", 'gold_basis = "adjudicated" # was')

    step(corpus, "validate")
    step(corpus, "build", "--quiet")
    bench = _bench(Corpus.find(corpus.root))
    for task, articles in before.items():
        if bench.golds[task].task.learns_from == "":
            assert set(bench.golds[task].article_ids) == {*articles, SIXTH}
    gold = bench.golds["stance"]
    mine = gold.values[gold.articles == SIXTH].tolist()
    assert mine == ["neutral", "pro-Iran", "pro-US", "neutral"]
    assert set(gold.folds[gold.articles == SIXTH]) != set(gold.folds[gold.articles != SIXTH])


def _bench(corpus: Corpus) -> Benchmark:
    return Benchmark.of(corpus, load_tables(corpus))


def _link_actors(corpus: Corpus) -> None:
    """Say of the actors whom the registry does not know that they are nobody of it."""
    # The manifest has changed since: it is read anew.
    records = [one.record for one in validate(loading.open(Corpus.find(corpus.root))).findings]
    unknown = [record for record in records if record.startswith(f"{SIXTH}@actor")]
    with (corpus.annotation / "actor_links.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"{record},,OTHER,invented for a test\n" for record in unknown)
