"""Agreement in words and numbers: lines of at most 100 columns, and JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from usiran.annotation.agreement.measure import (
    SOFT,
    Agreement,
    Alpha,
    Confusion,
    LabelAgreement,
    PairFigure,
    SpanAgreement,
)

WIDTH = 100
WIDEST_TABLE = 7
"""A confusion table of more labels is told as its commonest confusions."""
COMMONEST = 10
WIDEST_NAME = 8
SHARED_MODEL = (
    "Annotators that share a language model agree more than people would: trained people reach an\n"
    "alpha of .40 to .70 on such questions."
)
UNDEFINED = "–"


def to_json(agreement: Agreement) -> dict[str, object]:
    """Return the agreement as one JSON object; null where a figure is undefined."""
    notes = {"shared_model": agreement.shared_model, "soft_labels_only_below": SOFT}
    return asdict(agreement) | notes


def report(agreement: Agreement) -> str:
    """Return the agreement as text of at most 100 columns."""
    return "\n".join(line.rstrip() for line in _lines(agreement)) + "\n"


def figure(value: float | None) -> str:
    """Return a figure as two places.

    Examples
    --------
    >>> figure(0.804), figure(1.0), figure(-0.25), figure(None)
    ('.80', '1.00', '-.25', '–')
    """
    if value is None:
        return UNDEFINED
    text = f"{value:.2f}"
    return text.replace("-0.00", "0.00").replace("0.", ".", 1) if abs(value) < 0.995 else text


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, gap: str = "  ") -> list[str]:
    """Return rows as lines: the first column to the left, the others to the right."""
    cells = [head, *rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    lines = []
    for row in cells:
        first = row[0].ljust(widths[0])
        rest = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        lines.append("  " + gap.join([first, *rest]))
    return lines


def _lines(agreement: Agreement) -> Iterator[str]:
    names, units = agreement.annotators, agreement.units
    short = _short_names(agreement)
    told = [who if short[who] == who else f"{short[who]} {who}" for who in names]
    yield from textwrap.wrap(f"Agreement of {len(names)} annotators: {', '.join(told)}", WIDTH)
    yield _cut(f"From {agreement.source}: {units['sentences']} sentences and {units['articles']} "
               "articles that two or more labelled.")  # fmt: skip
    if agreement.repaired:
        yield f"{agreement.repaired} offsets were mended while reading."
    yield ""
    yield from _alphas(agreement)
    yield ""
    yield from _per_label(agreement)
    yield ""
    yield from _per_article(agreement)
    yield ""
    yield from _spans(agreement)
    yield ""
    yield from _pairs(agreement)
    yield ""
    yield from _rest(agreement)
    yield ""
    yield from _confusions(agreement)
    yield from _notes(agreement)


def _alphas(agreement: Agreement) -> Iterator[str]:
    yield "Krippendorff's alpha (nominal)"
    widest = max(len(one.about) for one in agreement.labels)
    rows = [
        [one.name, *_alpha_cells(one.alpha), one.about.ljust(widest), _aim(one)]
        for one in agreement.labels
    ]
    head = ("", "alpha", "95 % interval", "units", "labels", "of".ljust(widest), "aim")
    yield from table(head, rows)


def _alpha_cells(alpha: Alpha) -> list[str]:
    return [figure(alpha.value), _interval(alpha), str(alpha.units), str(alpha.labels)]


def _interval(alpha: Alpha) -> str:
    if alpha.interval is None:
        return UNDEFINED
    low, high = alpha.interval
    return f"{figure(low)} to {figure(high)}"


def _aim(one: LabelAgreement | SpanAgreement) -> str:
    value = one.alpha.value if isinstance(one, LabelAgreement) else one.mean
    words = []
    if one.aim is not None:
        reached = value is not None and value >= one.aim
        words.append(f"{figure(one.aim)} {'reached' if reached else 'not reached'}")
    if isinstance(one, LabelAgreement) and value is not None and value < SOFT:
        words.append(f"below {figure(SOFT)}")
    return ", ".join(words)


def _per_label(agreement: Agreement) -> Iterator[str]:
    yield "Alpha of each label against all others"
    rows = [
        [one.name, label, *_alpha_cells(alpha)[:2], str(_used(one.confusion, label))]
        for one in agreement.labels
        for label, alpha in one.per_label.items()
        if _used(one.confusion, label)
    ]
    lines = [(row[0], row[1].ljust(max(len(r[1]) for r in rows)), *row[2:]) for row in rows]
    yield from table(("", "", "alpha", "95 % interval", "pairs with it"), lines)


def _used(confusion: Confusion, label: str) -> int:
    return sum(confusion.cells[confusion.labels.index(label)])


def _per_article(agreement: Agreement) -> Iterator[str]:
    yield "Alpha of each article alone"
    fields = [agreement[name] for name in ("stance", "holder", "event quad")]
    articles = dict.fromkeys(name for one in fields for name in one.per_article)
    rows = [
        [name[:50], *(figure(_value(one.per_article, name)) for one in fields)] for name in articles
    ]
    yield from table(("", *(one.name for one in fields)), rows)


def _value(alphas: Mapping[str, Alpha], name: str) -> float | None:
    return alphas[name].value if name in alphas else None


def _spans(agreement: Agreement) -> Iterator[str]:
    yield "F1 of spans and role links: mean over the pairs of annotators"
    rows = [[one.name, figure(one.mean), _range(one), _aim(one)] for one in agreement.spans]
    yield from table(("", "mean", "lowest to highest", "aim"), rows)


def _range(one: SpanAgreement) -> str:
    values = [pair.value for pair in one.pairs if pair.value is not None]
    return f"{figure(min(values))} to {figure(max(values))}" if values else UNDEFINED


def _pairs(agreement: Agreement) -> Iterator[str]:
    yield "Each pair of annotators: alpha of labels, F1 of spans"
    shown = [one for one in agreement.labels if one.per_label]
    short = _short_names(agreement)
    alphas = [one.pairs for one in shown]
    yield from _pair_table("alpha", [one.name for one in shown], alphas, short)
    for layer in ("actor", "event"):
        spans = [one for one in agreement.spans if one.layer == layer]
        heads = [f"{one.scheme} {_SHORT[one.level]}" for one in spans]
        if layer == "event":
            spans += [one for one in agreement.spans if one.layer == "role"]
            heads.append("roles")
        yield from _pair_table(f"{layer}s", heads, [one.pairs for one in spans], short)


def _pair_table(
    name: str,
    heads: Sequence[str],
    columns: Sequence[Sequence[PairFigure]],
    short: Mapping[str, str],
) -> list[str]:
    rows = [
        [f"{short[pair.one]} / {short[pair.other]}", *(figure(pairs[i].value) for pairs in columns)]
        for i, pair in enumerate(columns[0])
    ]
    return table((name, *heads), rows, gap=" ")


def _short_names(agreement: Agreement) -> dict[str, str]:
    """Return the annotators' names, or numbers where a pair of names is too wide."""
    names = agreement.annotators
    if max(map(len, names)) <= WIDEST_NAME:
        return {who: who for who in names}
    return {who: str(number) for number, who in enumerate(names, start=1)}


_SHORT = {"type": "type", "quad": "quad", "none": "any"}


def _rest(agreement: Agreement) -> Iterator[str]:
    yield "Each annotator against the rest: mean over its pairs (in brackets: the others alone)"
    alphas = [agreement[name] for name in ("stance", "holder", "event quad")]
    spans = [one for one in agreement.spans if one.aim is not None]
    head = ("", *(one.name for one in alphas), *(f"{one.layer} {one.scheme} F1" for one in spans))
    rows = [
        [
            who[:18],
            *(f"{figure(one.rest[who])} ({figure(one.without[who])})" for one in alphas),
            *(figure(one.rest[who]) for one in spans),
        ]
        for who in agreement.annotators
    ]
    yield from table(head, rows)


def _confusions(agreement: Agreement) -> Iterator[str]:
    yield "Labels that two annotators gave to one unit, counted over all pairs of annotators"
    for one in agreement.labels:
        if not one.per_label:
            continue
        confusion = one.confusion
        used = [label for label in confusion.labels if _used(confusion, label)]
        if not used:
            yield f"  {one.name}: no unit with two labels"
        elif len(used) > WIDEST_TABLE:
            yield from _commonest(one.name, confusion)
        else:
            yield from _square(one.name, confusion, used)
        yield ""


def _square(name: str, confusion: Confusion, used: Sequence[str]) -> list[str]:
    place = [confusion.labels.index(label) for label in used]
    rows = [
        [f"{number} {label}", *(str(confusion.cells[i][j]) for j in place)]
        for number, (label, i) in enumerate(zip(used, place, strict=True), start=1)
    ]
    return table((name, *(str(number) for number in range(1, len(used) + 1))), rows)


def _commonest(name: str, confusion: Confusion) -> Iterator[str]:
    found = sorted(
        (-confusion.cells[i][j], one, other)
        for i, one in enumerate(confusion.labels)
        for j, other in enumerate(confusion.labels)
        if i < j and confusion.cells[i][j]
    )
    agreed = sum(confusion.cells[i][i] for i in range(len(confusion.labels)))
    yield f"  {name}: {agreed} pairs agree, {-sum(n for n, _, _ in found)} do not"
    for count, one, other in found[:COMMONEST]:
        yield f"    {-count:>4}  {one} / {other}"
    if len(found) > COMMONEST:
        yield f"    and {len(found) - COMMONEST} rarer ones (--json has all)"


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


def _cut(line: str) -> str:
    return line if len(line) <= WIDTH else line[: WIDTH - 1] + "…"
