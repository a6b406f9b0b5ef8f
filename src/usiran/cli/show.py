"""`usiran show`: an article or a sentence in the terminal, with everything said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from typer import Argument

from usiran.cli import complete
from usiran.cli.options import CorpusOption, JsonOption, article_id, system_option
from usiran.cli.output import say, show_json
from usiran.cli.output import show as write
from usiran.corpus import Corpus
from usiran.errors import InputError, counted

if TYPE_CHECKING:
    from usiran.site.gold import GoldView
    from usiran.site.views import ArticleView, SentenceView


def show(
    unit: Annotated[
        str,
        Argument(
            metavar="ID",
            help="An article's id or the beginning of one; #7: a sentence.",
            autocompletion=complete.units,
        ),
    ],
    system: Annotated[
        str | None,
        system_option(metavar="NAME", help="Set a system's stored predictions beside."),
    ] = None,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Show an article or a sentence: stance, spans, roles, votes and decisions.

    [words TYPE] is an actor, {words TYPE} an event; a ? marks what no annotator gave so. Beside
    a system's predictions = is right, + only the system's and - only the gold's.

    Example: usiran show 2020-us#7 --system tfidf-logreg
    """
    from usiran import loading
    from usiran.cli import show_text
    from usiran.loading.results import predictions_of
    from usiran.site.gold import GoldView

    folder = Corpus.find(corpus)
    name, hash_, ordinal = unit.partition("#")
    key = article_id(folder, name)
    predicted = predictions_of(folder, system, key) if system else {}
    opened = loading.open(folder)
    article, sentences = _chosen(GoldView(opened), key, ordinal if hash_ else None)
    told = show_text.Told(opened.scheme, article, sentences, system or "", predicted)
    show_json(told.document()) if as_json else write("\n".join(told.lines()))
    if opened.findings:
        say(f"{counted(len(opened.findings), 'finding')}: see `usiran validate`")


def _chosen(
    gold: GoldView, key: str, ordinal: str | None
) -> tuple[ArticleView, tuple[SentenceView, ...]]:
    """Return the article, and all its sentences or the one that is asked for."""
    article = gold.by_id.get(key)
    if article is None:
        known = f"an article with sentences: {', '.join(gold.by_id)}"
        raise InputError.of("ID", key, known, "see `usiran validate`")
    if ordinal is None:
        return article, article.sentences
    number = int(ordinal) if ordinal.isdecimal() and len(ordinal) < 9 else -1
    rows = tuple(row for row in article.sentences if int(row.ordinal) == number)
    if not rows:
        numbers = f"#{article.sentences[0].ordinal} to #{article.sentences[-1].ordinal}"
        raise InputError.of("ID", f"{key}#{ordinal}", numbers, "name one of its sentences")
    return article, rows
