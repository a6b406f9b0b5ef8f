"""The names under which our own types stand in a stored model.

A model file names each type by the module it is in. Ours move and are renamed, stored models
do not: each type keeps the name in this table for good, whatever module holds it today. A file
made before the table was there names a module as well; the name alone decides.
"""

import io
import re
import zipfile
from collections.abc import Callable

STORED_TYPES = {
    "AliasInContext": "usiran.models.linking.AliasInContext",
    "ArticlePrior": "usiran.models.controls.ArticlePrior",
    "ArticleTuned": "usiran.models.tuning.ArticleTuned",
    "Attitudes": "usiran.models.attitudes.AttitudeFeatures",
    "AttributionCues": "usiran.models.lexicon.AttributionCues",
    "CombinedTagger": "usiran.models.gazetteer.CombinedTagger",
    "CommonestActor": "usiran.models.linking.CommonestActor",
    "CountsOnce": "usiran.models.counts_once.CountsOnce",
    "Deeds": "usiran.models.who_to_whom.WhoToWhomFeatures",
    "ExactAlias": "usiran.models.linking.ExactAlias",
    "FilteredCues": "usiran.models.lexicon.FilteredCues",
    "Gazetteer": "usiran.models.gazetteer.Gazetteer",
    "GazetteerTagger": "usiran.models.gazetteer.GazetteerTagger",
    "GuestEstimator": "usiran.models.guest.GuestEstimator",
    "Lexicon": "usiran.models.lexicon.Lexicon",
    "LinearTagger": "usiran.models.tagger.LinearTagger",
    "Marked": "usiran.models.with_spans.WithPredictedSpans",
    "NearestActor": "usiran.models.roles.NearestActor",
    "NoLinks": "usiran.models.roles.NoLinks",
    "NoSpans": "usiran.models.controls.NoSpans",
    "PairModel": "usiran.models.roles.PairModel",
    "RandomLabels": "usiran.models.controls.RandomLabels",
    "RandomLinks": "usiran.models.roles.RandomLinks",
    "RandomSpans": "usiran.models.controls.RandomSpans",
    "SideCues": "usiran.models.lexicon.SideCues",
    "Span": "usiran.text.spans.Span",
    "SpanCues": "usiran.models.lexicon.SpanCues",
    "StanceFromSides": "usiran.models.stance_from_sides.StanceFromSides",
    "TokenModel": "usiran.models.tagger.TokenModel",
    # Two functions of version 1 that did the same.
    "_itself": "usiran.models.base.ready_made",
    "itself": "usiran.models.base.ready_made",
}

_SCHEMA = "schema.json"
_NAMED = re.compile(
    r'"__class__": "(?P<type>\w+)",(?P<gap>\s*)"__module__": "(?P<module>usiran(?:\.\w+)*)"'
)


def with_stored_names(model: bytes) -> bytes:
    """Return a skops file whose own types stand under their names in the table.

    What the table does not hold keeps its path: whoever trains is told that it cannot be read.
    """
    names = {path: f"usiran.{name}" for name, path in STORED_TYPES.items()}

    def stored(module: str, name: str) -> str:
        path = f"{module}.{name}"
        return names.get(path, path)

    return _renamed(model, stored)


def with_present_names(model: bytes) -> bytes:
    """Return a skops file whose own types are named where they are today.

    What the table does not hold stays as it is: it is not trusted, and refused by name.
    """
    return _renamed(model, lambda module, name: STORED_TYPES.get(name, f"{module}.{name}"))


def _renamed(model: bytes, path_of: Callable[[str, str], str]) -> bytes:
    """Return a skops file with other paths of types; `path_of` takes module and name."""

    def rename(named: re.Match[str]) -> str:
        module, _, name = path_of(named["module"], named["type"]).rpartition(".")
        return f'"__class__": "{name}",{named["gap"]}"__module__": "{module}"'

    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(model)) as source, zipfile.ZipFile(written, "w") as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == _SCHEMA:
                content = _NAMED.sub(rename, content.decode("utf-8")).encode("utf-8")
            target.writestr(entry, content)
    return written.getvalue()
