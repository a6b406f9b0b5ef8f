"""The sentence tasks as questions with choices: what a language model can be asked.

Every task of the registry that states a `question` and can be evaluated is asked of every
sentence that the benchmark scores, in the words that its systems may read.
"""

import pandas as pd
from datasets import Features, List, Value

from usiran.dataset.view import Row, View
from usiran.schemas.label_scheme import Scheme
from usiran.schemas.tables import Frames
from usiran.tasks.base import Gold
from usiran.tasks.inputs import with_texts
from usiran.tasks.registry import tasks_of

NAME = "prompts"
_TEXT, _INT = Value("string"), Value("int32")
# With its offsets, so that its words can be taken out and put back like those of a span.
_NEIGHBOUR = {"start": _INT, "end": _INT, "text": _TEXT}

_FEATURES = Features(
    {
        **dict.fromkeys(("task", "sentence_id", "article_id"), _TEXT),
        **dict.fromkeys(("fold", "start", "end"), _INT),
        **dict.fromkeys(("text", "text_status"), _TEXT),
        **dict.fromkeys(("before", "after"), _NEIGHBOUR),
        "question": _TEXT,
        "choices": List(_TEXT),
        "answer": _TEXT,
        "target": _INT,
    }
)
_COLUMNS = {
    "task": "the benchmark's task that is asked",
    "before": "the scored sentence before it in the article (start, end, text), empty at the first",
    "after": "the scored sentence after it in the article (start, end, text), empty at the last",
    "question": "what is asked of the sentence, and what each choice means",
    "choices": "the task's labels, in their order",
    "answer": "the gold label: one of the choices",
    "target": "the answer's place among the choices, from 0",
}


def prompts(frames: Frames, scheme: Scheme) -> list[View]:
    """Return the questions after each task: a split a task, which is what harnesses ask for.

    Articles whose text is withdrawn are left out, as the benchmark leaves them out.
    """
    about = "a sentence, a question after it with choices, and the right one; a split is a task"
    tables = with_texts(frames)
    golds = [task.gold(tables) for task in tasks_of(scheme).values() if task.question]
    return [
        View(NAME, about, _FEATURES, _rows(gold), ("stance",), gold.task.name, _COLUMNS)
        for gold in golds
        if not gold.verdict
    ]


def _rows(gold: Gold) -> list[Row]:
    task, records = gold.task, gold.records
    before, after = (_neighbours(records, step) for step in (1, -1))
    columns = ("sentence_id", "article_id", "start", "end", "text")
    return [
        {name: record[name] for name in columns}
        | {"task": task.name, "fold": int(gold.folds[row])}
        | {"before": before[row], "after": after[row]}
        | {"question": task.question, "choices": list(task.labels)}
        | {"answer": gold.values[row], "target": task.labels.index(gold.values[row])}
        for row, record in enumerate(records.to_dict("records"))
    ]


def _neighbours(records: pd.DataFrame, step: int) -> list[Row]:
    """Return the sentence before (1) or after (-1) each; where there is none, an empty span."""
    places = records.groupby("article_id", sort=False)[["start", "end", "text"]].shift(step)
    # A span of no characters where the sentence itself starts: every row has the same form.
    here = records["start"]
    places = places.assign(
        start=places["start"].fillna(here).astype(int),
        end=places["end"].fillna(here).astype(int),
        text=places["text"].fillna(""),
    )
    return [{str(key): value for key, value in row.items()} for row in places.to_dict("records")]
