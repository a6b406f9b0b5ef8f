"""The votes behind the gold, and the decisions that overrule or settle them."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from usiran.errors import Finding
from usiran.files import is_there
from usiran.label_studio.annotation_records import article_of
from usiran.loading import Opened
from usiran.schemas.names import REMARKS, SENTENCE_LAYERS
from usiran.schemas.tables import FILES
from usiran.validation.labels import file_of, project_of

ADJUDICATED = 3
"""From so many annotators on a gold is adjudicated: every disagreement has its reason."""

# What the adjudication writes before the reason of the decision that another one is due to.
_FOLLOWS = re.compile(r"^follows from \S+: ")
_MANIFEST = "dataset/corpus.toml"
# Decided as a whole: the decisions on a unit are all the labels that it has.
_WHOLE = ("grounds", "role")
_LABELS_OF = {"article_stance": "stance"}

Unit = tuple[str, str]  # layer, unit_id


class Vote(NamedTuple):
    """What a vote is for: a label on a unit (for a role also the actor span, the target)."""

    layer: str
    unit_id: str
    label: str
    target: str

    @property
    def unit(self) -> Unit:
        """The layer and the unit's id."""
        return self.layer, self.unit_id


def counted(annotations: Iterable[Any], rounds: Sequence[str]) -> list[Any]:
    """Return the annotation rows that count as votes.

    Where an annotator labelled a task (a sentence, or for spans an article) in several of the
    `rounds`, the last one listed counts.
    """
    order = {name: number for number, name in enumerate(rounds)}
    # What annotators say about their labels is no vote.
    rows = [row for row in annotations if row.round in order and row.layer not in REMARKS]
    if len(order) == 1:
        return rows  # no later round can replace anything
    last: dict[tuple[str, str, str], int] = {}
    for row in rows:
        task = _task(row)
        last[task] = max(order[row.round], last.get(task, -1))
    return [row for row in rows if order[row.round] == last[_task(row)]]


def _task(row: Any) -> tuple[str, str, str]:
    project = project_of(row.layer)
    return row.annotator_id, project, row.unit_id if project == "stance" else row.article_id


def count_votes(annotations: Iterable[Any], rounds: Sequence[str]) -> Counter[Vote]:
    """Count the annotators for each label on each unit, and for each event's mode."""
    return _tally(counted(annotations, rounds))


def _tally(rows: Iterable[Any]) -> Counter[Vote]:
    counts: Counter[Vote] = Counter()
    for row in rows:
        counts[_vote(row)] += 1
        if row.layer == "event" and row.mode:
            counts[Vote("mode", row.unit_id, row.mode, "")] += 1
    return counts


def vote_rows(counts: Mapping[Vote, int]) -> list[dict[str, str]]:
    """Return the rows of votes.csv, sorted."""
    return [vote._asdict() | {"votes": str(counts[vote])} for vote in sorted(counts)]


def submissions_complete(opened: Opened) -> Iterator[Finding]:
    """Find tasks that an annotator left out of an article it labelled."""
    # Later rounds may hold only the tasks that were labelled again.
    for round_name in opened.corpus.manifest.gold_rounds[:1]:
        labelled: dict[tuple[str, str], set[str]] = defaultdict(set)
        started: dict[tuple[str, str], None] = {}
        for row in opened.rows("annotations"):
            if row.round == round_name:
                labelled[row.annotator_id, row.layer].add(row.unit_id)
                started[row.annotator_id, row.article_id] = None
        for annotator_id, article_id in started:
            sentences = opened.texts.sentences.get(article_id, ())
            scored = [row.sentence_id for row in sentences if row.scored]
            wanted = {"stance": scored, "holder": scored, "article_stance": [article_id]}
            for layer, unit_ids in wanted.items():
                file = file_of(round_name, annotator_id, layer)
                allowed = f"a {layer} for every unit of an article that {annotator_id} labelled"
                for unit_id in unit_ids:
                    if unit_id not in labelled[annotator_id, layer]:
                        fix = "put the label back, or label the unit"
                        yield Finding(file, unit_id, layer, "", allowed, fix)


def rounds_there(opened: Opened) -> Iterator[Finding]:
    """Find gold rounds that no submission belongs to."""
    rounds = opened.corpus.manifest.gold_rounds
    if rounds and _is_new(opened):
        return
    stored = sorted(set(opened.tables["annotations"]["round"]))
    for name in rounds:
        if name not in stored:
            allowed = f"rounds under {FILES['annotations']}: {', '.join(stored) or 'none'}"
            fix = "correct gold_rounds, or put the submissions back"
            yield Finding(_MANIFEST, "", "gold_rounds", name, allowed, fix)
    if not rounds:
        fix = "name the rounds that the gold rests on"
        yield Finding(_MANIFEST, "", "gold_rounds", "none", "at least one", fix)


def _is_new(opened: Opened) -> bool:
    """Whether nobody has labelled anything yet: its rounds are still to come."""
    return not (opened.rows("annotations") or opened.rows("stance") or opened.rows("votes"))


def annotators_enough(opened: Opened) -> Iterator[Finding]:
    """Find a gold that is called adjudicated and rests on fewer annotators than that takes."""
    manifest, rows = opened.corpus.manifest, opened.tables["annotations"]
    count = rows[rows["round"].isin(list(manifest.gold_rounds))]["annotator_id"].nunique()
    if _is_new(opened):
        return
    if manifest.gold_basis == "adjudicated" and count < ADJUDICATED:
        value = f"adjudicated, with {count} annotators in the gold rounds"
        allowed = f"adjudicated from {ADJUDICATED} annotators on, else first-pass"
        fix = "correct gold_basis or gold_rounds"
        yield Finding(_MANIFEST, "", "gold_basis", value, allowed, fix)


def votes_equal(opened: Opened) -> Iterator[Finding]:
    """Find votes that are not what the submissions say."""
    rounds = opened.corpus.manifest.gold_rounds
    expected = count_votes(opened.rows("annotations"), rounds)
    if not expected:
        return  # the finding is that of `rounds_there`
    stored = Counter({_vote(row): int(row.votes) for row in opened.rows("votes")})
    for vote in sorted({*expected, *stored}):
        if expected[vote] != stored[vote]:
            allowed = f"{expected[vote]}, as counted over the submissions of {', '.join(rounds)}"
            fix = "put the votes or the annotator's labels back as they were"
            yield Finding(FILES["votes"], _id(vote), "votes", str(stored[vote]), allowed, fix)


def decisions_kept(opened: Opened) -> Iterator[Finding]:
    """Find decisions behind the gold that the adjudicators' file no longer has."""
    if not is_there(opened.corpus.root / FILES["adjudication"]):
        return  # one pass was adopted as it is, and each decision written by hand
    made = {
        (article_of(row.id.partition("/")[2]), row.reason, row.decided_by, row.decided_at)
        for row in opened.rows("adjudication")
    }
    for row in opened.rows("decisions"):
        told = (_FOLLOWS.sub("", row.reason), row.decided_by, row.decided_at)
        if (article_of(row.unit_id), *told) not in made:
            record = f"{row.layer} {row.unit_id}"
            allowed = f"a decision that stands in {FILES['adjudication']}"
            fix = "put that file back as it was, or run `usiran annotate adjudicate`"
            yield Finding(FILES["decisions"], record, "", ", ".join(told), allowed, fix)


def decided(opened: Opened) -> Iterator[Finding]:
    """Find gold labels that the annotators did not all give and no decision explains.

    From three annotators on, every disagreement needs its decision; with fewer, the label that
    most of them gave needs none.
    """
    rows = counted(opened.rows("annotations"), opened.corpus.manifest.gold_rounds)
    counts, gold = _tally(rows), gold_labels(opened)
    if not rows:
        return
    # Counted over all rows first: a label that nobody gave must know who was asked.
    voters: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows:
        voters[project_of(row.layer), row.article_id].add(row.annotator_id)
    marked = Counter(row.unit_id for row in rows if row.layer == "event")
    decisions = {_vote(row).unit for row in opened.rows("decisions")}
    followed = {(_FOLLOWING[layer], unit_id) for layer, unit_id in decisions if layer in _FOLLOWING}
    events = {vote.unit_id for vote in gold if vote.layer == "event"}
    for vote in sorted({*counts, *gold}):
        if vote.layer == "mode" and vote.unit_id not in events:
            continue
        article_id = gold.get(vote) or article_of(vote.unit_id)
        judging = len(voters[project_of(vote.layer), article_id])
        asked = _asked(vote.layer, judging, marked[vote.unit_id])
        strict = judging >= ADJUDICATED
        if strict:
            known = counts[vote] == (asked if vote in gold else 0)
        else:
            known = (2 * counts[vote] > asked) == (vote in gold)
        reasons = _reasons(vote, events, marked=marked[vote.unit_id] > 0)
        if not known and reasons.isdisjoint(decisions if strict else decisions | followed):
            yield _undecided(vote, counts[vote], stands=vote in gold, strict=strict)


# A decision on the stance decides its grounds as well, one on the event its mode.
_FOLLOWING = {"stance": "grounds", "event": "mode"}


def _asked(layer: str, judging: int, marked: int) -> int:
    """Return how many were asked for a label: of those who labelled the article and the event."""
    # Of an event that few marked, all are asked: the roles of those who did not are none.
    of_event = layer == "mode" or (layer == "role" and 2 * marked > judging)
    return marked or judging if of_event else judging


def _undecided(vote: Vote, count: int, *, stands: bool, strict: bool) -> Finding:
    file = FILES["stance"] if vote.layer in SENTENCE_LAYERS else FILES["actors"]
    record = _id((vote.unit_id, vote.target))
    allowed = (
        f"what {'all' if strict else 'most'} annotators gave ({count} of the annotators gave "
        f"{vote.label}), or a reason in {FILES['decisions']}"
    )
    fix = "correct the gold label, or record the decision and its reason"
    value = vote.label if stands else f"no {vote.label}"
    return Finding(file, record, vote.layer, value, allowed, fix)


def _reasons(vote: Vote, events: set[str], *, marked: bool) -> set[Unit]:
    """Return the units whose decisions can explain a label."""
    units = {vote.unit}
    if vote.layer == "mode" and not marked:
        # Nobody marked the event that was added: its decision gave the mode too.
        units.add(("event", vote.unit_id))
    if vote.layer == "role":
        # A span that was moved or left out took its roles with it.
        units.add(("actor", vote.target))
        if vote.unit_id not in events:
            units.add(("event", vote.unit_id))
    return units


def decisions_hold(opened: Opened) -> Iterator[Finding]:
    """Find decisions about units there are not, with labels there are not, or not in the gold."""
    gold: dict[Unit, list[Vote]] = defaultdict(list)
    for vote in gold_labels(opened):
        gold[vote.unit].append(vote)
    wholes: dict[Unit, set[tuple[str, str]]] = defaultdict(set)
    for row in opened.rows("decisions"):
        vote = _vote(row)
        if vote.layer in _WHOLE:
            wholes[vote.unit] |= {vote[2:]} if vote.label else set()
        elif not vote.label:
            for standing in gold[vote.unit]:
                yield _undone(vote, standing.label, "no such label")
        elif vote not in gold[vote.unit]:
            names = opened.scheme.allowed[_LABELS_OF.get(vote.layer, vote.layer)]
            allowed = f"one of {', '.join(names)}"
            if vote.label in names:
                standing_labels = ", ".join(sorted(v.label for v in gold[vote.unit])) or "no label"
                allowed = f"{standing_labels}, as in the gold"
            yield _undone(vote, vote.label, allowed)
    for unit, links in sorted(wholes.items()):
        gold_links = {vote[2:] for vote in gold[unit]}
        if gold_links != links:
            allowed = f"{_listed(gold_links)}, as in the gold"
            yield _undone(Vote(*unit, "", ""), _listed(links), allowed)


def _listed(links: Iterable[tuple[str, str]]) -> str:
    return ", ".join(sorted(map(_id, links))) or "none"


def _id(parts: Iterable[str]) -> str:
    return " ".join(part for part in parts if part)


def _undone(vote: Vote, value: str, allowed: str) -> Finding:
    fix = "correct the decision, or the gold label"
    return Finding(FILES["decisions"], _id(vote), "label", value, allowed, fix)


def _vote(row: Any) -> Vote:
    return Vote(row.layer, row.unit_id, row.label or "", row.target or "")


def gold_labels(opened: Opened) -> dict[Vote, str]:
    """Return every gold label that votes are counted for, with its article."""
    gold: dict[Vote, str] = {}
    for row in opened.rows("stance"):
        labels = [("stance", row.stance), ("holder", row.holder)]
        for layer, label in [*labels, *(("grounds", ground) for ground in row.grounds)]:
            gold[Vote(layer, row.sentence_id, label, "")] = row.article_id
    for row in opened.rows("article_stance"):
        gold[Vote("article_stance", row.article_id, row.article_stance, "")] = row.article_id
    for row in opened.rows("actors"):
        gold[Vote("actor", row.span_id, row.type, "")] = row.article_id
    for row in opened.rows("events"):
        gold[Vote("event", row.span_id, row.type, "")] = row.article_id
        gold[Vote("mode", row.span_id, row.mode, "")] = row.article_id
    for row in opened.rows("roles"):
        gold[Vote("role", row.event_id, row.role, row.actor_span_id)] = row.article_id
    return gold
