"""All pages of a site, from a corpus that was opened: nothing but files, by their names."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property
from importlib.resources import files as package_files
from itertools import groupby
from typing import Any

import typer

from usiran.benchmark.results import read_results
from usiran.benchmark.run import Benchmark
from usiran.dataset.companion_config import companion_views
from usiran.dataset.configs import views
from usiran.dataset.describe.facts import description_of
from usiran.loading import Opened
from usiran.progress import steps
from usiran.schemas.label_scheme import QUADS
from usiran.schemas.names import ZONES
from usiran.site import explore, leaderboard
from usiran.site.commands import commands_of
from usiran.site.comparison import KINDS, Compared, Comparison
from usiran.site.gold import GoldView
from usiran.site.guides import Guides
from usiran.site.markup import json_script, page_name, render, slug
from usiran.site.reference import entries
from usiran.site.views import ASKED, ArticleView, SentenceView
from usiran.tasks.base import METRICS
from usiran.text.standoffs import template

MARKER = "site.json"
Files = Iterator[tuple[str, bytes]]
Progress = Callable[[str], None]


NOTICE = (
    "The words of the articles are left out here: underscores stand for them. Ids, offsets, "
    "hashes and labels are those of the full edition."
)


class Site:
    """The pages of a corpus, with the words of its articles or without.

    `opened` is what the pages show; `source` is the corpus with its words, which results belong to.
    `notice` stands on every page where words are left out. The commands of `program` have a page
    each.
    """

    def __init__(
        self, opened: Opened, *, words: bool = True, program: typer.Context | None = None
    ) -> None:
        self.source, self.program = opened, program
        self.opened, self.notice = (opened, "") if words else (without_words(opened), NOTICE)

    def files(self, progress: Progress = lambda _: None) -> Files:
        """Yield every file of the site: its name and its content."""
        yield from static_files()
        progress("the articles")
        yield from self._articles()
        progress("who does what to whom")
        yield from self._explore()
        progress("guidelines and agreement")
        yield from self._guides()
        progress("the documentation")
        yield from self._documentation()
        progress("the leaderboard")
        yield from self._leaderboard()
        progress("the comparisons with the gold")
        yield from self._comparisons()
        yield self._page("index", "index.html", **self._home())
        yield MARKER, self._marker()

    @cached_property
    def gold(self) -> GoldView:
        """The gold, indexed."""
        return GoldView(self.opened)

    @cached_property
    def guides(self) -> Guides:
        """Rules and figures of the annotation."""
        return Guides.of(self.opened.corpus)

    @cached_property
    def benchmark(self) -> Benchmark | None:
        """The benchmark over the corpus; None where no result is stored."""
        corpus, tables = self.source.corpus, self.source.tables
        if not self._results or not any(corpus.baselines.glob("*.toml")):
            return None
        return Benchmark.of(corpus, tables, self.source.scheme)

    @cached_property
    def _results(self) -> Any:
        return read_results(self.opened.corpus)

    def _page(self, page: str, name: str, **values: object) -> tuple[str, bytes]:
        depth = name.count("/")
        manifest = self.opened.corpus.manifest
        shared = {
            "root": "../" * depth,
            "site": manifest,
            "scheme": self.opened.scheme,
            "stances": self.opened.scheme.contest.stances,
            "guides": self.guides,
            "notice": self.notice,
            "colophon": f"{manifest.title}, data version {manifest.version}. Annotations: "
            f"{manifest.annotation_license.upper()}. {manifest.text_rights}",
            "page": name,
            "sections": self._sections,
            "slug": slug,
        }
        return name, render(page, **(shared | values))

    @cached_property
    def _sections(self) -> tuple[str, ...]:
        """Return the pages that every page leads to."""
        ranked = self._board is not None and bool(self._board.tasks)
        compared = ["compare"] if self._everybody else []
        return ("articles", "explore", *compared, *(["leaderboard"] if ranked else []), "docs")

    def _marker(self) -> bytes:
        about = {
            "corpus": self.opened.corpus.manifest.name,
            "data_version": self.opened.corpus.manifest.version,
            "words": not self.notice,
        }
        return (json.dumps(about, indent=1) + "\n").encode()

    def _home(self) -> dict[str, object]:
        return {
            "articles": self.gold.articles,
            "about": self._croissant,
            "words": description_of(self.opened),
            "metadata": json_script(self._croissant) if self._croissant else "",
            "numbers": self._numbers(),
            "drawn": self.gold.articles[:24],
        }

    @cached_property
    def _croissant(self) -> dict[str, Any]:
        """What the published description says; nothing before the first build."""
        path = self.opened.corpus.dataset / "croissant.json"
        return dict(json.loads(path.read_bytes())) if path.is_file() else {}

    def _numbers(self) -> list[tuple[str, int, str]]:
        rows = self.opened.tables
        return [
            ("articles", len(rows["articles"]), "articles.html"),
            ("sentences with a stance", len(rows["stance"]), "explore.html"),
            ("actors marked", len(rows["actors"]), "explore.html#actors"),
            ("events", len(rows["events"]), "explore.html#matrix"),
            ("who-to-whom links", len(rows["roles"]), "explore.html#matrix"),
            ("labels of annotators", len(rows["annotations"]), "compare.html"),
        ]

    def _articles(self) -> Files:
        yield self._page("articles", "articles.html", articles=self.gold.articles)
        rows = self.gold.articles
        for number, article in enumerate(steps("articles", rows)):
            yield self._page(
                "article",
                f"articles/{article.article_id}.html",
                article=article,
                before=rows[number - 1] if number else None,
                after=rows[number + 1] if number + 1 < len(rows) else None,
                asked=ASKED,
            )

    def _explore(self) -> Files:
        dyads = explore.dyads(self.gold)
        sides = [*self.opened.scheme.affiliations, explore.NOBODY]
        actors = explore.ranked_actors(self.gold)
        scheme, months = self.opened.scheme, explore.months(self.gold)
        yield self._page(
            "explore",
            "explore.html",
            articles=self.gold.articles,
            dyads=dyads,
            sides=sides,
            quads=QUADS,
            ranked=[row for row in actors if row.mentions],
            months=months,
            choices={
                "stance": scheme["stance"].names,
                "holder": scheme["holder"].names,
                "source": scheme.affiliations,
                "agent": scheme.affiliations,
                "recipient": scheme.affiliations,
                "quad": QUADS,
                "type": scheme["event"].names,
                "mode": scheme["mode"].names,
                "zone": ZONES,
                "month": [row.month for row in months if row.month],
            },
        )
        for listed in (*dyads.values(), *(month.listed for month in months)):
            for number, part in enumerate(listed.parts):
                page = listed.page(number)
                yield self._page("events", page, listed=listed, part=part, number=number)
        mentions = self._mentions()
        for row in actors:
            actor_id = row.actor.actor_id
            parts = explore.in_parts(mentions[actor_id])
            for number, shown in enumerate(parts):
                yield self._page(
                    "actor",
                    # No id has two dashes: no page of one actor is another's.
                    page_name(f"actors/{actor_id}", number),
                    actor=row.actor,
                    ranked=row,
                    mentions=shown,
                    number=number,
                    parts=len(parts),
                )
        yield from explore.data_files(self.gold).items()

    def _mentions(self) -> dict[str, list[tuple[ArticleView, SentenceView]]]:
        """From actor to the sentences in which the actor is marked, or voices what is said."""
        mentions: dict[str, list[tuple[ArticleView, SentenceView]]] = defaultdict(list)
        for article in self.gold.articles:
            for sentence in article.sentences:
                named = {mark.actor_id for mark in sentence.marks} | {sentence.voice_id}
                for actor_id in sorted(named - {""}):
                    mentions[actor_id].append((article, sentence))
        return mentions

    def _guides(self) -> Files:
        for guide in self.guides.guides:
            yield self._page("guide", f"{guide.page}.html", guide=guide)
            yield from guide.pictures.items()

    def _documentation(self) -> Files:
        commands = commands_of(self.program) if self.program else []
        yield self._page("docs", "docs.html", commands=commands)
        for walk in self.guides.walks:
            yield self._page("guide", f"{walk.page}.html", guide=walk)
            yield from walk.pictures.items()
        for command in commands:
            yield self._page("command", command.page, command=command)
        yield self._page("api", "api.html", entries=entries())
        source = self.source
        published = (*views(source.tables, source.scheme), *companion_views(source))
        configs = [list(splits) for _, splits in groupby(published, lambda view: view.name)]
        yield self._page("data", "data.html", configs=configs)

    def _leaderboard(self) -> Files:
        board = self._board
        if board is None or not board.tasks:
            return
        scores = self.source.corpus.manifest.scores
        yield self._page("leaderboard", "leaderboard.html", board=board, purpose=scores)
        for task in board.tasks:
            yield self._page(
                "task",
                f"leaderboard/{task.name}.html",
                board=board,
                task=task,
                purpose=scores,
            )
        if board.companion:
            name = "leaderboard/with-companion.html"
            yield self._page("companion", name, board=board, metrics=METRICS)
        for card in board.cards:
            yield self._page(
                "system",
                f"systems/{card.results[0].system}.html",
                card=card,
                metrics=METRICS,
                ranked={task.name for task in board.tasks},
                compared={row.name for row in self._everybody},
            )

    @cached_property
    def _board(self) -> leaderboard.Board | None:
        if self.benchmark is None:
            return None
        return leaderboard.Board(self.benchmark, self._results)

    @cached_property
    def _everybody(self) -> list[Compared]:
        hide = template if self.notice else str
        return list(Comparison(self.gold, self.benchmark, self._results, hide).everybody())

    def _comparisons(self) -> Files:
        if not self._everybody:
            return
        yield self._page("compare", "compare.html", everybody=self._everybody, kinds=KINDS)
        for who in steps("annotators and systems", self._everybody):
            for number, part in enumerate(who.parts):
                yield self._page(
                    "differences",
                    who.file(number),
                    who=who,
                    part=part,
                    number=number,
                    kinds=KINDS,
                    gold=self.gold,
                )


def static_files() -> Files:
    """Yield the style sheet and the script."""
    folder = package_files("usiran.site").joinpath("static")
    for name in ("site.css", "site.js"):
        yield f"static/{name}", folder.joinpath(name).read_bytes()


def without_words(opened: Opened) -> Opened:
    """Return a corpus with templates in place of its texts, and of all that quotes them."""
    texts = {key: template(text) for key, text in opened.texts.texts.items()}
    tables = dict(opened.tables)
    articles = tables["articles"].copy()
    articles["text_status"] = "withheld"
    for name in ("title", "original_title", "note", "url", "original_url"):
        articles[name] = None
    tables["articles"] = articles
    for name in ("stance", "actors", "events"):
        frame = tables[name].copy()
        rows = zip(frame["article_id"], frame["start"], frame["end"], strict=True)
        frame["text"] = [texts[key][start:end] for key, start, end in rows]
        tables[name] = frame
    # Reasons and edited sentences quote what they are about.
    for name in ("decisions", "actor_links", "event_groups", "holders", "article_aliases"):
        tables[name] = tables[name].assign(reason="")
    contrast = tables["contrast"]
    tables["contrast"] = contrast.assign(text=[template(text) for text in contrast["text"]])
    return replace(opened, tables=tables, texts=replace(opened.texts, texts=texts))
