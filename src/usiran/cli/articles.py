"""`usiran articles`: add, remove, list, and correct the sentences of an article."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from usiran.cli import complete
from usiran.cli.options import (
    ArticleArgument,
    CorpusOption,
    DryRunOption,
    JsonOption,
    RehearsalOption,
    WaitOption,
    command_group,
)
from usiran.cli.options import article_id as full_id
from usiran.cli.output import say, show, show_columns, show_json, show_text
from usiran.cli.session import not_reading, to_write
from usiran.corpus import Corpus
from usiran.errors import InputError, counted
from usiran.schemas.names import TEXT_ORIGINS

if TYPE_CHECKING:
    from usiran.dataset.withheld.withdraw import Change

app = command_group(help="Add, remove and list articles, correct their sentences.")


@app.command()
def add(
    file: Annotated[Path, Argument(help="The article's text, UTF-8, one file.")],
    article_id: Annotated[str | None, Option("--id", help="A slug; made up if left out.")] = None,
    title: Annotated[str | None, Option(help="The headline (default: the first line).")] = None,
    author: Annotated[str | None, Option(help="Who wrote it.")] = None,
    publisher: Annotated[str | None, Option(help="Who published it.")] = None,
    published: Annotated[
        str | None, Option(metavar="DATE", help="2020, 2020-03, 2020-03-14 or A/B.")
    ] = None,
    url: Annotated[str | None, Option(help="An address of the text.")] = None,
    text_origin: Annotated[
        str | None, Option(help=f"The words' origin: {' or '.join(TEXT_ORIGINS)}.")
    ] = None,
    original_title: Annotated[
        str | None, Option(help="Of a spun copy: the original's headline.")
    ] = None,
    original_publisher: Annotated[
        str | None, Option(help="Of a spun copy: who published the original.")
    ] = None,
    original_url: Annotated[
        str | None, Option(help="Of a spun copy: the original's address.")
    ] = None,
    original_published: Annotated[
        str | None,
        Option(metavar="DATE", help="Of a spun copy: when the original was published."),
    ] = None,
    note: Annotated[str | None, Option(help="How what the text does not state is known.")] = None,
    allow_similar: Annotated[
        bool, Option("--allow-similar", help="Add it though it is near another article.")
    ] = False,
    dry_run: DryRunOption = False,
    wait: WaitOption = False,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Add an article: store its text, propose its sentences, say what to look at next.

    Example: usiran articles add story.txt --publisher "The Daily" --note "from its web page"
    """
    from usiran.dataset.add_article import Facts, prepare, report, to_json
    from usiran.dataset.add_article import add as write

    folder = Corpus.find(corpus) if dry_run else to_write(corpus, wait=wait)
    facts = Facts(
        article_id=article_id,
        title=title,
        author=author,
        publisher=publisher,
        published=published,
        text_origin=text_origin,
        original_title=original_title,
        original_publisher=original_publisher,
        original_url=original_url,
        original_published=original_published,
        url=url,
        note=note,
    )
    # In either case: a dry run refuses whatever the run itself would refuse.
    addition = prepare(folder, file, facts, allow_similar=allow_similar)
    if not dry_run:
        write(folder, addition)
    if as_json:
        show_json(to_json(addition, written=not dry_run))
    else:
        show(report(addition, written=not dry_run))


@app.command()
def remove(
    article_id: ArticleArgument,
    with_labels: Annotated[
        bool, Option("--with-labels", help="Take annotators' labels of it out, too, for good.")
    ] = False,
    dry_run: DryRunOption = False,
    wait: WaitOption = False,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Take out an article that was added by mistake, while nothing is said of it.

    What `articles add` wrote goes: the text, its row, its sentences, its fold; --with-labels: also
    labels and decisions that are no gold yet. An article of the gold or of a release stays: its
    text can be withdrawn (`usiran articles withdraw`).

    Example: usiran articles remove ID --dry-run
    """
    from usiran.dataset.remove_article import removal
    from usiran.io.atomic import replace_files

    folder = Corpus.find(corpus) if dry_run else to_write(corpus, wait=wait)
    article_id = full_id(folder, article_id)
    change = removal(folder, article_id, with_labels=with_labels)
    if not dry_run:
        replace_files(change.files, folder.swap)
    if as_json:
        show_json(change.as_dict() | {"written": not dry_run})
        return
    done = "would be removed" if dry_run else "removed"
    show(f"{article_id}: {done}, with {counted(change.sentences, 'sentence')}")
    for name in change.labelled:
        show(f"its labels {done}: {name}")
    if change.built:
        show("the published tables still hold it; next: usiran build")


@app.command("list")
def list_(corpus: CorpusOption = None, as_json: JsonOption = False) -> None:
    """List the articles: id, date, publisher, size.

    Example: usiran articles list --json
    """
    from usiran.dataset.list_articles import list_articles

    articles = list_articles(Corpus.find(corpus))
    if as_json:
        show_json([article._asdict() for article in articles])
        return
    names = ("article_id", "published", "publisher", "words", "sentences", "scored")
    rows = ([str(getattr(row, name)) or "unknown" for name in names] for row in articles)
    show_columns([names, *rows])
    scored = sum(row.scored for row in articles)
    say(f"{counted(len(articles), 'article')}, {counted(scored, 'scored sentence')}.")


@app.command()
def sentences(
    article_id: ArticleArgument,
    apply: Annotated[
        Path | None, Option("--apply", help="An edited outline to take the sentences from.")
    ] = None,
    _dry_run: RehearsalOption = False,
    wait: WaitOption = False,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Print an article's sentences as an outline, or take them from an edited one.

    One line is one sentence: move a line break to move a boundary, change the first word to
    change the zone.

    Example: usiran articles sentences ID > outline.txt, edit it, then
    usiran articles sentences ID --apply outline.txt
    """
    from usiran.dataset.articles import apply_outline, sentences_of
    from usiran.text.articles import read_texts
    from usiran.text.outline import outline

    folder = Corpus.find(corpus) if apply is None else to_write(corpus, wait=wait)
    article_id = full_id(folder, article_id)
    if apply is not None:
        kept, changed = apply_outline(folder, article_id, apply)
        if as_json:
            show_json({"article_id": article_id, "changed": changed, "kept": kept})
        else:
            show(f"{article_id}: {counted(changed, 'sentence')} changed, {kept} as they were")
        return
    texts = read_texts(folder)
    rows, text = sentences_of(texts, article_id), texts.texts[article_id]
    if as_json:
        show_json([row._asdict() | {"text": text[row.start : row.end]} for row in rows])
    else:
        show(outline(text, rows), end="")


@app.command()
def link(
    article_id: Annotated[
        str | None,
        Argument(
            metavar="ID",
            help="Only this article (its id, or the beginning of it).",
            autocompletion=complete.articles,
        ),
    ] = None,
    list_: Annotated[
        bool, Option("--list", help="Print who is not linked and who it may be; ask nothing.")
    ] = False,
    redo: Annotated[
        list[str] | None,
        Option(
            metavar="WORDS",
            help="Ask about this name again, though linked (or its span_id); repeat it.",
        ),
    ] = None,
    interactive: Annotated[
        bool | None, Option(help="Ask in the terminal (default: where there is one).")
    ] = None,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Say who the mentions are that stand for no actor yet: one question a name and article.

    Each answer is saved at once; run it again to go on. A new actor can be made. With --redo a
    new answer takes the place of an old one.

    Example: usiran articles link --list
    """
    from usiran import loading
    from usiran.annotation.actor_linking import Linker
    from usiran.cli import linking_dialogue

    folder = Corpus.find(corpus)
    key = full_id(folder, article_id) if article_id is not None else None
    if not (list_ or as_json) and not (sys.stdin.isatty() if interactive is None else interactive):
        fix = "run it in a terminal, or print them: `usiran articles link --list`"
        raise InputError.of("usiran articles link", "no terminal to ask in", "a terminal", fix)
    linker = Linker(loading.open(folder))
    # A name that is none is told before anything is asked.
    again = [linker.named(word, key) for word in redo or ()]
    if list_ or as_json:
        linking_dialogue.show_open(linker, key, again, as_json=as_json)
        return
    not_reading()
    saved = linking_dialogue.dialogue(linker, key, again)
    say(f"{counted(saved, 'answer')} saved; {linking_dialogue.left(linker, key)}")


@app.command()
def withdraw(
    article_id: ArticleArgument,
    reason: Annotated[str, Option(help="Why, in a line; it is kept.")],
    title: Annotated[bool, Option("--title", help="Take the headline out too.")] = False,
    dry_run: RehearsalOption = False,
    wait: WaitOption = False,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Take an article's text out of the corpus; ids, hashes, offsets and labels stay.

    Quotes from it and contrast items go too, and the dataset is built anew. Older commits and
    published versions keep the text: what to do about them is printed.

    Example: usiran articles withdraw ID --reason "asked for by its publisher" --dry-run
    """
    from datetime import UTC, datetime

    from usiran.benchmark.rescore import refreshing
    from usiran.dataset.remove_article import refuse_not_gold
    from usiran.dataset.withheld.withdraw import withdrawal, withdrawal_message
    from usiran.validation.validate import open_valid

    folder = to_write(corpus, wait=wait)
    day = datetime.now(UTC).date().isoformat()
    then, article_id = refreshing(folder), full_id(folder, article_id)
    refuse_not_gold(folder, article_id)
    change = withdrawal(open_valid(folder), article_id, reason=reason, day=day, title=title)
    text = withdrawal_message(change, written=not dry_run, then=then)
    _write(change, folder, text, then, dry_run=dry_run, as_json=as_json)


@app.command("restore-text")
def restore_text(
    article_id: ArticleArgument,
    file: Annotated[Path, Argument(help="The text as it was, byte for byte.")],
    dry_run: RehearsalOption = False,
    wait: WaitOption = False,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Put a withdrawn text back, with the quotes from it; its hash must be the one it had.

    Example: usiran articles restore-text ID story.txt
    """
    from usiran.benchmark.rescore import refreshing
    from usiran.dataset.withheld.withdraw import text_return

    folder = to_write(corpus, wait=wait)
    then, article_id = refreshing(folder), full_id(folder, article_id)
    change = text_return(folder, article_id, file)
    items = f"{change.quotes} quotes and {change.contrast} contrast items"
    back = "would be back" if dry_run else "is back"
    text = f"{article_id}: the text {back}, with {items}. Next: {then}"
    _write(change, folder, text, then, dry_run=dry_run, as_json=as_json)


def _write(
    change: "Change", folder: Corpus, text: str, then: str, *, dry_run: bool, as_json: bool
) -> None:
    """Write what takes a text out or puts it back, and tell it."""
    # What a build generates is left out of a dry run, which would take as long as the run.
    (change if dry_run else change.built(folder, say)).write(folder)
    if as_json:
        show_json(change.as_dict() | {"written": not dry_run, "next": then})
    else:
        show_text(text)
