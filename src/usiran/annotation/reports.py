"""What an import or an adoption did, in words and as JSON."""

from __future__ import annotations

from dataclasses import asdict

from usiran.annotation.provisional_gold import Adoption
from usiran.annotation.submissions import Counts, Report


def import_text(report: Report) -> str:
    """Return an import's report as lines of text."""
    lines = [f"{project}: {_counted(counts)}" for project, counts in report.tasks.items()]
    lines.append(
        f"{report.spans} spans, {report.roles} roles, {len(report.repairs)} offsets repaired"
    )
    lines += [f"repaired: {repair}" for repair in report.repairs]
    verb = "written" if report.written else "not written (dry run)"
    lines.append(f"{verb}: {', '.join(report.files)}" if report.files else "nothing to write")
    return "\n".join(lines)


def adoption_text(done: Adoption) -> str:
    """Return an adoption's report as lines of text."""
    counted = f"{done.votes} labels counted over {len(done.annotators)} annotators"
    return f"{counted}: {', '.join(done.annotators)}\nwritten: {', '.join(done.files)}"


def to_json(report: Report | Adoption) -> dict[str, object]:
    """Return either report as a JSON object."""
    return asdict(report)


def _counted(counts: Counts) -> str:
    return (
        f"{counts.new} new, {counts.changed} changed, {counts.unchanged} unchanged, "
        f"{counts.skipped} skipped, {counts.unlabelled} unlabelled in the file; "
        f"{counts.missing} of the corpus still missing"
    )
