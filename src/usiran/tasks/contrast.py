"""The task of contrast: stance on minimal edits of sentences, for evaluation only.

Every edited sentence stands beside its original. A system learns stance from the other
articles, as always, and labels both. The edits' neighbours are the original's. What kind of
edit it is stands in a key that the scorer alone reads: it gives labels away.
"""

from collections.abc import Collection, Iterator

import pandas as pd

from usiran.errors import Finding, refuse
from usiran.schemas.label_scheme import Scheme
from usiran.schemas.tables import FILES
from usiran.tasks.base import Gold, Tables, Task, objects
from usiran.tasks.inputs import Row
from usiran.tasks.metrics.contrast import CONTRAST_COLUMNS, ORIGINAL, ContrastScorer
from usiran.tasks.metrics.labels import label_scorer
from usiran.tasks.sentence_labels import stance

_CARD = (
    "Accuracy over the edited sentences. Consistency: the share of originals that are right "
    "together with all their edits. Symmetry: the share of side swaps whose prediction is the "
    "mirror image of the original's ({} and {} change places, {} stays), right "
    "or wrong. Nothing is learned from the edits. A neighbour of an edited sentence stays as "
    "it was."
)


def contrast(scheme: Scheme) -> Task:
    """Return the task of contrast."""
    learned = stance(scheme)
    return Task(
        name="contrast",
        title="Does the stance hold on minimal edits of the sentences?",
        unit="sentence",
        labels=learned.labels,
        headline="accuracy",
        table="contrast",
        column="stance",
        read=lambda task, tables: _contrast_gold(task, tables, learned),
        score=lambda gold: ContrastScorer(label_scorer(gold), scheme.contest.mirror),
        columns=CONTRAST_COLUMNS,
        card=_CARD.format(*scheme.contest.stances),
        learns_from=learned.name,
    )


def _contrast_gold(task: Task, tables: Tables, learned: Task) -> Gold:
    """Return the edits, each group led by its original; `kind` is hidden from every system."""
    training = learned.gold(tables)
    edits = tables["contrast"] if "contrast" in tables else pd.DataFrame({"sentence_id": []})
    kinds = {}
    if "contrast_key" in tables:
        sheet = tables["contrast_key"]
        kinds = dict(zip(sheet["contrast_id"], sheet["kind"], strict=True))
    place = {key: i for i, key in enumerate(training.records["sentence_id"])}
    refuse(_unplaced(edits, place, kinds))
    rows: list[Row] = []
    values: list[str] = []
    # In the order of the sentences, whatever that of the sheet: hashes of gold hang on it.
    for key, group in sorted(edits.groupby("sentence_id"), key=lambda pair: place[pair[0]]):
        record = training.records.iloc[place[key]].to_dict()
        original: Row = {**record, "source_id": key, "kind": ORIGINAL}
        edited = group.to_dict("records")
        # The edit keeps the neighbours of its original: what changes is the sentence alone.
        rows.append(original)
        for row in edited:
            edit_id = row["contrast_id"]
            rows.append(
                {**original, "sentence_id": edit_id, "text": row["text"], "kind": kinds[edit_id]}
            )
        values += [training.values[place[key]], *(str(row[task.column]) for row in edited)]
    records = pd.DataFrame(rows, columns=[*training.records.columns, "source_id", "kind"])
    folds = training.folds[[place[key] for key in records["source_id"]]]
    return Gold(task, records, objects(values), folds, training=training, hidden=("kind",))


def _unplaced(
    edits: pd.DataFrame, scored: Collection[str], kinds: Collection[str]
) -> Iterator[Finding]:
    """Find edits of sentences that are not scored, and edits without a key."""
    for row in edits.to_dict("records"):
        key, sentence_id = str(row["contrast_id"]), str(row["sentence_id"])
        if sentence_id not in scored:
            fix = "edit a scored sentence, or take the row out"
            yield Finding("contrast", key, "sentence_id", sentence_id, "a scored sentence", fix)
        if key not in kinds:
            file = FILES["contrast_key"]
            yield Finding("contrast", key, "contrast_id", key, f"an edit of {file}", "add its kind")
