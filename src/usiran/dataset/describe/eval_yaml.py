"""eval.yaml: the dataset as a benchmark of the Hugging Face Hub.

The Hub takes a framework of its list alone, and of these Inspect runs what the file says
(``inspect eval hf/ORG/NAME/TASK``). A task is listed where it can be asked so: a split of the
config `prompts`. Where spans are to be found, there is nothing to choose from.

References
----------
The Hub's evaluation results, https://huggingface.co/docs/hub/eval-results, and the fields of a
task, https://inspect.aisi.org.uk/tasks.html#hugging-face.
"""

from collections.abc import Sequence

from usiran.dataset import prompts
from usiran.dataset.describe.card import Built, to_yaml
from usiran.dataset.describe.facts import Facts

FILE = "eval.yaml"

TEMPLATE = (
    "{question}\n\nBefore: {before[text]}\nSentence: {prompt}\nAfter: {after[text]}\n\n"
    "The question is about the sentence alone."
)
_SCORED = (
    "Each task asks the question of every scored sentence. Values are macro-F1 over the task's "
    "labels, with every article held out from what a system learned; the framework itself shows "
    "accuracy, `usiran benchmark score` the values."
)
# How a row of the config `prompts` becomes a sample, and the answer a score.
_SAMPLE = {
    "field_spec": {
        "input": "text",
        "target": "target",
        "choices": "choices",
        "metadata": ["sentence_id", "question", "before", "after"],
    },
    "solvers": [
        {"name": "prompt_template", "args": {"template": TEMPLATE}},
        {"name": "multiple_choice"},
    ],
    "scorers": [{"name": "choice"}],
}


def eval_yaml(facts: Facts, built: Sequence[Built], *, notice: str = "") -> bytes | None:
    """Return the content of eval.yaml; None for a corpus of which no task can be asked.

    `notice` is what an edition says of itself, before all others.
    """
    views = [split.view for split in built if split.view.name == prompts.NAME]
    if not views:
        return None
    description = facts.description
    sentences = (notice.replace("**", ""), description.summary, _SCORED, description.purpose)
    document = {
        "name": facts.manifest.title,
        "description": " ".join(filter(None, sentences)),
        "evaluation_framework": "inspect-ai",
        "tasks": [
            {"id": view.split, "config": view.name, "split": view.split, **_SAMPLE}
            for view in views
        ],
    }
    return to_yaml(document).encode("utf-8")
