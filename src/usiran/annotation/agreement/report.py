"""Agreement in words and numbers: lines of at most 80 columns, and JSON."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import combinations

from usiran.annotation.agreement import measure
from usiran.annotation.agreement.measure import SOFT, Agreement, Alpha, Confusion
from usiran.annotation.read_labels import left_out_line
from usiran.errors import counted
from usiran.io.markdown import score

WIDTH = 80
WIDEST_TABLE = 7
"""A confusion table of more labels is told as its commonest confusions."""
COMMONEST = 10
WIDEST_NAME = 8
SHARED_MODEL = (
    "Annotators that share a language model agree more than people would: trained\n"
    "people reach an alpha of .40 to .70 on such questions."
)
UNDEFINED = "–"
_FIELDS = ("stance", "holder", "event quad")  # one of each kind stands for all in wide tables


def to_json(agreement: Agreement) -> dict[str, object]:
    """Return the agreement as one JSON object; null where a figure is undefined."""
    notes = {"shared_model": agreement.shared_model, "soft_labels_only_below": SOFT}
    return asdict(agreement) | notes


def report(agreement: Agreement) -> str:
    """Return the agreement as text of at most 80 columns."""
    ways = (_ways,) if agreement.ways else ()
    first = (_head, *ways, _alphas, _per_label, _per_article)
    sections = (*first, _spans, _pairs, _rest, _confusions, _notes)
    text = "\n\n".join("\n".join(section(agreement)) for section in sections)
    return "\n".join(line.rstrip() for line in text.split("\n")) + "\n"


def figure(value: float | None) -> str:
    """Return a figure as two places.

    >>> figure(0.804), figure(1.0), figure(-0.25), figure(None)
    ('.80', '1.00', '-.25', '–')
    """
    return UNDEFINED if value is None else score(value)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield rows as lines: the first column to the left, the others to the right.

    What is too wide stands closer together, and then has the words of its heads below each other.
    """
    stacked = [name.split() or [""] for name in head[1:]]
    deepest = max(map(len, stacked), default=1)
    low = [[""] * (deepest - len(words)) + words for words in stacked]
    heads = [[head[0] * (row == 0), *(words[row] for words in low)] for row in range(deepest)]
    for cells, gap in (([head, *rows], "  "), ([head, *rows], " "), ([*heads, *rows], " ")):
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        if 2 + sum(widths) + len(gap) * (len(widths) - 1) <= WIDTH:
            break
    for first, *others in cells:
        padded = (cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))
        yield ("  " + gap.join([first.ljust(widths[0]), *padded])).rstrip()


def _head(agreement: Agreement) -> Iterator[str]:
    names, units = agreement.annotators, agreement.units
    short = _short_names(agreement)
    shown = [who if short[who] == who else f"{short[who]} {who}" for who in names]
    who = counted(len(names), "annotator")
    yield from textwrap.wrap(f"Agreement of {who}: {', '.join(shown)}", WIDTH)
    sentences, articles = (counted(units[f"{noun}s"], noun) for noun in ("sentence", "article"))
    counts = f"{sentences} and {articles}"
    line = f"From {agreement.source}: {counts} that two or more labelled."
    yield from textwrap.wrap(line, WIDTH)
    if agreement.repaired:
        yield f"mended while reading: {counted(agreement.repaired, 'label')}"
        for repair in agreement.repairs:
            yield from textwrap.wrap(repair, WIDTH, initial_indent="  ", subsequent_indent="    ")
    if agreement.left_out:
        yield from textwrap.wrap(left_out_line(agreement.left_out), WIDTH)


def _alphas(agreement: Agreement) -> Iterator[str]:
    yield "Krippendorff's alpha (nominal), and Gwet's AC1"
    widest = max(len(one.about) for one in agreement.labels)
    rows = []
    for one in agreement.labels:
        counts = [figure(one.ac1), str(one.alpha.units), str(one.alpha.labels)]
        alpha = [one.name, *_alpha_cells(one.alpha), *counts]
        rows.append([*alpha, one.about.ljust(widest), _aim(one)])
    head = ("", "alpha", "95 % interval", "AC1", "units", "labels", "of".ljust(widest), "aim")
    yield from table(head, rows)


def _ways(agreement: Agreement) -> Iterator[str]:
    """Yield the agreement within each round and between them: labels, then spans."""
    yield "Between the ways of reading, and within each (alpha; of spans the mean F1)"
    rows = [
        [one.name, *_alpha_cells(one.between), *(figure(own.value) for own in one.within.values())]
        for one in agreement.ways
    ]
    for spans in agreement.spans:
        means = [mean_over(spans, agreement.rounds, round) for round in ("", *agreement.rounds)]
        rows.append([spans.name, figure(means[0]), UNDEFINED, *map(figure, means[1:])])
    yield from table(("", "between", "95 % interval", *agreement.rounds), rows)


def mean_over(
    spans: measure.SpanAgreement, rounds: Mapping[str, Sequence[str]], round: str
) -> float | None:
    """Return the mean over the pairs of one round, or over those of two rounds ("")."""
    of = {annotator: name for name, annotators in rounds.items() for annotator in annotators}
    values = [
        pair.value
        for pair in spans.pairs
        if pair.value is not None
        and (of[pair.one] if of[pair.one] == of[pair.other] else "") == round
    ]
    return sum(values) / len(values) if values else None


def _alpha_cells(alpha: Alpha) -> list[str]:
    bounds = UNDEFINED if alpha.interval is None else " to ".join(map(figure, alpha.interval))
    return [figure(alpha.value), bounds]


def _aim(one: measure.LabelAgreement | measure.SpanAgreement) -> str:
    value = one.alpha.value if isinstance(one, measure.LabelAgreement) else one.mean
    words = []
    if one.aim is not None:
        reached = value is not None and value >= one.aim
        words.append(f"{figure(one.aim)} {'reached' if reached else 'missed'}")
    if isinstance(one, measure.LabelAgreement) and value is not None and value < SOFT:
        words.append(f"below {figure(SOFT)}")
    return ", ".join(words)


def _per_label(agreement: Agreement) -> Iterator[str]:
    yield "Alpha of each label against all others"
    # A label that no pair used has no alpha worth a row.
    used = [
        (
            *(one.name, label, *_alpha_cells(one.per_label[label])),
            *(figure(one.per_label_ac1[label]), str(count)),
        )
        for one in agreement.labels
        for label in one.per_label
        if (count := _pairs_with(one.confusion, label))
    ]
    widest = max((len(row[1]) for row in used), default=0)
    rows = [(row[0], row[1].ljust(widest), *row[2:]) for row in used]
    yield from table(("", "", "alpha", "95 % interval", "AC1", "pairs with it"), rows)


def _pairs_with(confusion: Confusion, label: str) -> int:
    return sum(confusion.cells[confusion.labels.index(label)])


def _per_article(agreement: Agreement) -> Iterator[str]:
    yield "Alpha of each article alone"
    fields = [agreement[name] for name in _FIELDS]
    undefined = Alpha(None, None, 0, 0)
    rows = [
        [name[:50], *(figure(one.per_article.get(name, undefined).value) for one in fields)]
        for name in dict.fromkeys(name for one in fields for name in one.per_article)
    ]
    yield from table(("", *(one.name for one in fields)), rows)


def _spans(agreement: Agreement) -> Iterator[str]:
    yield "F1 of spans and role links: mean over the pairs of annotators"
    rows = []
    for one in agreement.spans:
        values = [pair.value for pair in one.pairs if pair.value is not None]
        extent = f"{figure(min(values))} to {figure(max(values))}" if values else UNDEFINED
        rows.append([one.name, figure(one.mean), extent, _aim(one)])
    yield from table(("", "mean", "lowest to highest", "aim"), rows)


def _pairs(agreement: Agreement) -> Iterator[str]:
    yield "Each pair of annotators: alpha of labels, F1 of spans"
    short = _short_names(agreement)
    labels = [(one.name, one.pairs) for one in agreement.labels if one.per_label]
    yield from _pair_table("alpha", labels, short)
    for layer in ("actor", "event"):
        spans = [
            (f"{one.scheme} {'any' if one.level == 'none' else one.level}", one.pairs)
            for one in agreement.spans
            if one.layer == layer
        ]
        if layer == "event":
            spans += [("roles", one.pairs) for one in agreement.spans if one.layer == "role"]
        yield from _pair_table(f"{layer}s", spans, short)


def _pair_table(
    name: str, columns: Sequence[tuple[str, Sequence[measure.PairFigure]]], short: Mapping[str, str]
) -> Iterator[str]:
    rows = [
        [f"{short[row[0].one]} / {short[row[0].other]}", *(figure(pair.value) for pair in row)]
        for row in zip(*(pairs for _, pairs in columns), strict=True)
        # Of annotators who labelled nothing together nothing can be told.
        if any(pair.value is not None for pair in row)
    ]
    return table((name, *(head for head, _ in columns)), rows)


def _short_names(agreement: Agreement) -> dict[str, str]:
    """Return the annotators' names, or numbers where a pair of names is too wide."""
    # Annotators of an export are called by their emails.
    names = agreement.annotators
    if max(map(len, names)) <= WIDEST_NAME:
        return {who: who for who in names}
    return {who: str(number) for number, who in enumerate(names, start=1)}


def _rest(agreement: Agreement) -> Iterator[str]:
    yield "Each annotator against the rest: mean over its pairs (and of the others alone)"
    alphas = [agreement[name] for name in _FIELDS]
    spans = [one for one in agreement.spans if one.aim is not None]
    head = ("", *(one.name for one in alphas), *(f"{one.layer} {one.scheme} F1" for one in spans))
    rows = []
    for who in agreement.annotators:
        both = [f"{figure(one.rest[who])} ({figure(one.without[who])})" for one in alphas]
        rows.append([who[:18], *both, *(figure(one.rest[who]) for one in spans)])
    yield from table(head, rows)


def _confusions(agreement: Agreement) -> Iterator[str]:
    yield "Labels that two annotators gave to one unit, over all pairs of annotators"
    for number, one in enumerate(one for one in agreement.labels if one.per_label):
        # The first table stands right below the section's head.
        if number:
            yield ""
        used = [label for label in one.confusion.labels if _pairs_with(one.confusion, label)]
        if not used:
            yield f"  {one.name}: no unit with two labels"
        elif len(used) > WIDEST_TABLE:
            yield from _commonest(one.name, one.confusion)
        else:
            yield from _square(one.name, one.confusion, used)


def _square(name: str, confusion: Confusion, used: Sequence[str]) -> Iterator[str]:
    places = [confusion.labels.index(label) for label in used]
    numbers = [str(number) for number in range(1, len(used) + 1)]
    rows = [
        [f"{number} {label}", *(str(confusion.cells[i][j]) for j in places)]
        for number, label, i in zip(numbers, used, places, strict=True)
    ]
    return table((name, *numbers), rows)


def _commonest(name: str, confusion: Confusion) -> Iterator[str]:
    labels, cells = confusion.labels, confusion.cells
    pairs = combinations(range(len(labels)), 2)
    confused = sorted((-cells[i][j], labels[i], labels[j]) for i, j in pairs if cells[i][j])
    agreed = sum(cells[i][i] for i in range(len(labels)))
    yield f"  {name}: {agreed} pairs agree, {-sum(n for n, _, _ in confused)} do not"
    for count, one, other in confused[:COMMONEST]:
        yield f"    {-count:>4}  {one} / {other}"
    if len(confused) > COMMONEST:
        yield f"    and {len(confused) - COMMONEST} rarer ones (--json has all)"


def _notes(agreement: Agreement) -> Iterator[str]:
    yield f"Intervals: {agreement.draws:,} two-stage bootstrap draws, articles and then sentences."
    yield f"{UNDEFINED} means undefined: no unit with two labels, or no variation in them."
    yield f"A layer with an alpha below {figure(SOFT)} is published as soft labels only."
    if agreement.shared_model:
        yield from textwrap.wrap(who_are_models(agreement), WIDTH)
        yield SHARED_MODEL


def who_are_models(agreement: Agreement) -> str:
    """Tell which annotators are language models."""
    models = agreement.models
    if len(models) == len(agreement.annotators):
        return "All annotators are language models."
    return f"{len(models)} of the annotators are language models: {', '.join(models)}."
