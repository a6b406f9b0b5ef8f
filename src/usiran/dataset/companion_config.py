"""The config of the training companion: a row is an invented sentence with all its labels.

Its words are the project's own and are published in every edition. It has no ``fold`` and no
``text_status``: it is never held out, and no publisher can ask for its words.
"""

from datasets import Features, Value

from usiran.dataset.configs import views
from usiran.dataset.view import Row, View
from usiran.errors import InputError, counted
from usiran.loading import Opened
from usiran.loading.companion import families_of, passages_of

CONFIG = "synthetic"
_KEYS = ("sentence_id", "passage_id", "family_id", "family_kind", "register", "writer")
_LEFT_OUT = ("sentence_id", "article_id", "fold", "text_status")
_OF_SPANS = ("actor_tags", "event_tags", "actors", "events")


def companion_views(opened: Opened) -> tuple[View, ...]:
    """Return the config of a corpus's companion; none where it has no companion.

    Raises
    ------
    InputError
        The companion has findings.
    """
    companion = opened.companion
    if companion is None:
        return ()
    if companion.findings or companion.label_findings:
        folder = opened.corpus.name_of(companion.corpus.root)
        value = counted(len(companion.findings), "finding")
        fix = f"run `usiran validate --corpus {folder}`"
        raise InputError.of(folder, value, "a companion without findings", fix)
    stance, spans = views(companion.tables, opened.scheme, names=("stance", "spans"))
    columns = {**stance.features, **spans.features}
    features = Features(
        dict.fromkeys(_KEYS, Value("string"))
        | {name: feature for name, feature in columns.items() if name not in _LEFT_OUT}
        | {"has_spans": Value("bool")}
    )
    passages, families = passages_of(companion), families_of(companion)
    rows: list[Row] = []
    for labelled, marked in zip(stance.rows, spans.rows, strict=True):
        passage = passages[labelled["article_id"]]
        family = families.get(labelled["sentence_id"])
        entry = labelled | marked | passage._asdict()
        entry |= {"family_id": family and family.family_id, "family_kind": family and family.kind}
        # Not empty lists: nobody looked for spans there.
        entry |= {} if passage.has_spans else dict.fromkeys(_OF_SPANS)
        rows.append({name: entry[name] for name in features})
    about = "a sentence invented for training, with its stance, tokens, actors and events"
    return (View(CONFIG, about, features, rows, ("stance",)),)
