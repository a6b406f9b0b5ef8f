"""AGREEMENT.md: figures and pictures made from the raw exports, around what people wrote.

A block stands between ``<!-- agreement: ROUND,ROUND -->`` and ``<!-- /agreement -->``; it names
the rounds, as ``--round`` does, and holds the report and a picture. All other lines are written
by hand: what the disagreements are and what became of them.
"""

import re
from collections.abc import Callable
from pathlib import Path

from usiran.annotation.agreement.figure import heat_map
from usiran.annotation.agreement.measure import Agreement, measure_corpus
from usiran.annotation.agreement.report import report
from usiran.corpus import Corpus
from usiran.errors import Finding, InputError, PlotsMissing
from usiran.io.atomic import drift
from usiran.text.articles import read_text

_BLOCK = re.compile(r"<!-- agreement: (?P<rounds>[^\n]*?) -->\n.*?<!-- /agreement -->", re.DOTALL)
Progress = Callable[[str], None]


def page_files(corpus: Corpus, progress: Progress = lambda _: None) -> dict[Path, bytes]:
    """Return AGREEMENT.md with every block made anew, and the pictures it shows."""
    text, agreements = _measured(corpus, progress)
    files = {path: heat_map(shown, name=corpus.name_of(path)) for path, shown in agreements.items()}
    return files | {corpus.annotation / "AGREEMENT.md": text}


def page_drift(corpus: Corpus, progress: Progress = lambda _: None) -> list[Finding]:
    """Return a finding for the page and each picture that is not what would be written."""
    text, agreements = _measured(corpus, progress)
    files = {}
    for path, agreement in agreements.items():
        try:
            files[path] = heat_map(agreement, name=corpus.name_of(path))
        # All but the pictures can be checked without matplotlib.
        except PlotsMissing as error:
            progress(f"not checked: {error}")
    files[corpus.annotation / "AGREEMENT.md"] = text
    fix = "run `usiran annotate agreement --write` and commit what it writes"
    return drift(corpus, files, allowed="what the exports give", fix=fix)


def _measured(corpus: Corpus, progress: Progress) -> tuple[bytes, dict[Path, Agreement]]:
    """Return the page made anew, and from each picture to what it shows."""
    path = corpus.annotation / "AGREEMENT.md"
    name = corpus.name_of(path)
    text = read_text(path, name=name, what="the page that the figures go into")
    shown = {part.strip() for match in _BLOCK.finditer(text) for part in match[1].split(",")}
    if missing := [round for round in corpus.manifest.gold_rounds if round not in shown]:
        value = f"no block for {', '.join(missing)}"
        allowed = "<!-- agreement: ROUND --> and <!-- /agreement --> for each of gold_rounds"
        raise InputError.of(name, value, allowed, "put the two marks there")
    agreements: dict[Path, Agreement] = {}

    def block(match: re.Match[str]) -> str:
        rounds = tuple(part.strip() for part in match["rounds"].split(","))
        progress(f"measuring {', '.join(rounds)}")
        picture = corpus.annotation / "agreement" / f"{'+'.join(rounds)}.svg"
        agreements[picture] = measure_corpus(corpus, rounds=rounds)
        link = picture.relative_to(corpus.annotation).as_posix()
        return (
            f"<!-- agreement: {match['rounds']} -->\n```text\n{report(agreements[picture])}```\n\n"
            f"![Label confusion between the annotators]({link})\n<!-- /agreement -->"
        )

    return _BLOCK.sub(block, text).encode("utf-8"), agreements
