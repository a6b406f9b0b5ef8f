"""The pages over stored results: LEADERBOARD.md, and the card of a submitted system."""

from dataclasses import dataclass

from usiran.benchmark.ceiling import PERSON, Ceiling, TaskCeiling
from usiran.benchmark.ranking import CONTROL, Peer, Ranking, Row, contestants_of, rank
from usiran.benchmark.results import SUBMITTED, Result, Results
from usiran.benchmark.run import Benchmark
from usiran.errors import counted
from usiran.io.markdown import score, signed, signed_span, span_of, table, words
from usiran.io.templates import render as render_template
from usiran.models.registry import SYSTEMS
from usiran.progress import steps
from usiran.stats.bootstrap import ALL_AGREE
from usiran.tasks.base import METRICS, Gold
from usiran.tasks.metrics.contrast import ORIGINAL
from usiran.tasks.metrics.labels import STATED

# From the simulations that the protocol rests on; the tables show what is measured here.
QUOTED_FLOOR = "about .10 to .12 macro-F1 at five articles"
_INTERVAL = "95 % interval"
_UNITS = {"spans": "gold span", "links": "gold link"}


def render(bench: Benchmark, results: Results, with_companion: str = "") -> str:
    """Return the whole leaderboard: of the toolkit's own tasks, whatever is plugged in.

    `with_companion` is the block of the systems that were trained with the companion.
    """
    records = next(iter(bench.golds.values())).records
    sections = [
        _Section(bench, gold, rank(bench, name, results))
        for name, gold in steps("tasks ranked", bench.own(bench.golds).items())
    ]
    return render_template(
        "usiran.benchmark",
        "leaderboard.md.jinja",
        bench=bench,
        library={name: settings for name, settings in bench.library.items() if name in SYSTEMS},
        purpose=bench.corpus.manifest.scores,
        quoted_floor=QUOTED_FLOOR,
        all_agree=ALL_AGREE,
        articles=records.groupby("article_id", sort=False).size(),
        overview=_overview(sections),
        sections=sections,
        # One line a system: the words are the same whichever of its tasks they come with.
        submitted={
            name: described(stored.result)
            for (name, _), stored in results.items()
            if stored.result.kind == SUBMITTED
        },
        rounds=_rounds(bench.ceiling),
        people=any(who.kind == PERSON for who in bench.ceiling.annotators.values()),
        control=CONTROL,
        with_companion=with_companion,
        compared=compared,
        reached=reached,
    )


def card(results: Results, system: str, *, scores: str) -> str:
    """Return README.md of a submitted system, over all of its results; it has at least one.

    `scores` is what the corpus says its scores are good for.
    """
    submitted = [
        stored.result
        for (name, _), stored in sorted(results.items())
        if name == system and stored.result.kind == SUBMITTED
    ]
    submission = submitted[0].submission
    return render_template(
        "usiran.benchmark",
        "submission.md.jinja",
        system=system,
        results=submitted,
        url=submission.url if submission else "",
        described=described,
        metrics=METRICS,
        purpose=scores,
    )


@dataclass(frozen=True)
class _Section:
    """What the leaderboard shows of one task."""

    bench: Benchmark
    gold: Gold
    ranking: Ranking

    @property
    def headline(self) -> str:
        return METRICS[self.gold.task.headline]

    @property
    def size(self) -> str:
        units = len(self.gold.values)
        articles = f"in {counted(len(self.gold.article_ids), 'article')}"
        if self.gold.training is not None:
            edits = int((self.gold.records["kind"] != ORIGINAL).sum())
            of = counted(units - edits, "sentence")
            return f"{counted(edits, 'edit')} of {of} {articles}"
        if self.gold.task.unit not in _UNITS:
            return f"{counted(units, 'sentence')} {articles}"
        count = sum(map(len, self.gold.values))
        units_told = counted(count, _UNITS[self.gold.task.unit])
        return f"{counted(units, 'sentence')} {articles}, {units_told}"

    @property
    def scores(self) -> str:
        rows = [
            [group_of(row), system_of(row), *self._cells(row.result)] for row in self.ranking.rows
        ]
        return table(["group", "system", *self._heads()], rows)

    @property
    def overview(self) -> list[str]:
        """The task's row in the table of all tasks; controls are no contestants there."""
        contestants = contestants_of(self.ranking)
        best = contestants[0] if contestants else None
        tied = [row.result.system for row in contestants if best and row.group == best.group]
        majority = [row.result for row in self.ranking.rows if row.result.system == "majority"]
        peers = [
            f"{peer.result.system} {score(peer.result.score)}" for peer in self.ranking.peers[:1]
        ]
        return [
            f"[{self.gold.task.name}](#{self.gold.task.name})",
            self.headline,
            f"**{score(best.result.score)}** {', '.join(tied)}" if best else "–",
            span_of(best.result.interval) if best else "–",
            *(peers or ["–"]),
            score(majority[0].score) if majority else "–",
            *self._reached,
        ]

    @property
    def _ceiling(self) -> TaskCeiling | None:
        return self.bench.ceiling.tasks.get(self.gold.task.name)

    @property
    def _reached(self) -> list[str]:
        """The means against the gold: of who had a part in it, who had none, and of people."""
        task = self._ceiling
        means = (task.mean_gold, task.mean_no_part, task.mean_people) if task else (None,) * 3
        return ["–" if mean is None else score(mean) for mean in means]

    @property
    def peers(self) -> str:
        rows = [[peer.result.system, *self._cells(peer.result)] for peer in self.ranking.peers]
        return table(["peer", *self._heads()], rows)

    def _heads(self) -> list[str]:
        titles = (title for _, title in self.gold.task.columns)
        articles = (f"A{i}" for i in range(1, len(self.gold.article_ids) + 1))
        return [self.headline, _INTERVAL, "chance", *titles, *articles]

    def _cells(self, result: Result) -> list[str]:
        shown = (result.scores[key] for key, _ in self.gold.task.columns)
        numbers = (result.chance, *shown, *result.per_article.values())
        return [f"**{score(result.score)}**", span_of(result.interval), *map(score, numbers)]

    @property
    def ceiling(self) -> str:
        """What annotators reach; empty where there is nothing to compare."""
        ceiling = self._ceiling
        if ceiling is None:
            return ""
        columns = {key: title for key, title in self.gold.task.columns if key not in STATED}
        heads = ["ceiling", "part in the gold", METRICS[ceiling.headline], _INTERVAL]
        rows = []
        for row in (*ceiling.gold, *ceiling.no_part, *ceiling.pairs):
            names = f"{row.first} and {row.second}"
            part = "none" if row in ceiling.no_part else "yes"
            headline = f"**{score(row.score)}**", span_of(row.interval)
            shown = (score(row.scores[key]) for key in columns)
            rows.append([names, part, *headline, *shown, row.sentences])
        return table([*heads, *columns.values(), "sentences"], rows)

    @property
    def classes(self) -> str:
        level = next(iter(self.gold.task.levels))
        ranked = {system_of(row): row.result.per_class[level] for row in self.ranking.rows}
        for peer in self.ranking.peers:
            ranked[f"{peer.result.system} (peer)"] = peer.result.per_class[level]
        first = next(iter(ranked.values()))
        heads = [f"{name} (n = {row['support']:.0f})" for name, row in first.items()]
        rows = [
            [system, *(score(row["f1"]) for row in classes.values())]
            for system, classes in ranked.items()
        ]
        return table(["F1 per class", *heads], rows)


def _overview(sections: list[_Section]) -> str:
    """Return the table that opens the page: one row a task that has a result."""
    heads = ["task", "score", "best, and what ties with it", "95 % interval", "best peer"]
    ranked = [section for section in sections if section.ranking.rows]
    rows = [section.overview for section in ranked if not section.gold.verdict]
    annotators = ("annotators with a part in the gold", "with no part in it", "human ceiling")
    return table([*heads, "majority", *annotators], rows) if rows else ""


def _rounds(ceiling: Ceiling) -> str:
    """Return the table of rounds: who labelled in each, and what they had before them."""
    heads = ["round", "annotators", "part in the gold", "guidelines", "what they had before them"]
    names = dict.fromkeys(name for who in ceiling.annotators.values() for name in who.rounds)
    rows = []
    for name in names:
        who = {key: each.part for key, each in ceiling.annotators.items() if name in each.rounds}
        given = ceiling.rounds.get(name)
        told = (given.guidelines, given.given) if given else ("not told", "not told")
        rows.append([name, ", ".join(who), "yes" if any(who.values()) else "none", *told])
    return table(heads, rows) if rows else ""


def group_of(row: Row) -> str:
    """Return the tie group, or a dash where the system is not ranked."""
    return "–" if row.group is None else str(row.group)


def system_of(row: Row) -> str:
    """Return the system's name, with its being a control or submitted."""
    if row.is_control or row.result.kind == SUBMITTED:
        return f"{row.result.system} ({row.result.kind})"
    return row.result.system


def described(result: Result) -> str:
    """Return what a submitted system's makers say of it, safe inside Markdown."""
    about = result.submission.description if result.submission else ""
    return words(f"{result.title}. {about}" if about else f"{result.title}.")


def compared(peer: Peer) -> str:
    """Return how the best of our own systems compares with a peer, in one line."""
    comparison, name = peer.against, peer.result.system
    if comparison is None:
        return f"{name}: no system to compare it with"
    return (
        f"{comparison.best} against {name}: {signed(comparison.difference)} "
        f"({signed_span(comparison.interval)}), better in {comparison.better} of "
        f"{counted(peer.result.articles, 'article')}: {comparison.verdict}"
    )


def reached(ceiling: Ceiling, task: TaskCeiling) -> list[str]:
    """Return the mean scores of annotators against the gold, a line a group."""
    own, each_other = task.mean_gold, task.mean_pairs
    parts = [score(own)] if own is not None else []
    parts += [f"{score(each_other)} against each other"] if each_other is not None else []
    lines = [f"part in the gold ({_of(ceiling, part=True)}): {', '.join(parts)}"] if parts else []
    if task.mean_no_part is not None:
        lines.append(f"no part in it ({_of(ceiling, part=False)}): {score(task.mean_no_part)}")
    people = task.mean_people
    return [*lines, f"people: {'none has annotated' if people is None else score(people)}"]


def _of(ceiling: Ceiling, *, part: bool) -> str:
    """Return the rounds of the annotators with or without a part in the gold."""
    groups = (who.rounds for who in ceiling.annotators.values() if who.part is part)
    return ", ".join(dict.fromkeys(name for rounds in groups for name in rounds))
