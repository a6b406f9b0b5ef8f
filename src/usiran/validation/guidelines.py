"""The guidelines' examples are invented: none is a sentence of the corpus in disguise."""

from collections.abc import Iterator

from usiran.errors import Finding
from usiran.loading import Opened
from usiran.schemas.registry import surfaces
from usiran.text.ngrams import SharedRuns, words_of

FILES = ("GUIDELINES.md", "ONE-PAGE.md", "CASEBOOK.md")
RUN = 4
"""Words in a row that an example may not share with an article, two of them content words."""

# English words that carry no content; in another language they are taken to be the short ones.
_FUNCTION_WORDS = (
    "a about after all also an and another any are as at be been before being both but by can "
    "could did do does each few for from had has have he her here him his how if in into is it "
    "its may might more most much must no nor not of on once one only or other our out over own "
    "s said say says she should since so some such t than that the their them then there these "
    "they this those through to too two under until up upon us was we were what when where "
    "whether which while who whom whose why will with within without would yet you your"
)
_FUNCTION = frozenset(_FUNCTION_WORDS.split())
_SHORT = 4


def invented(opened: Opened) -> Iterator[Finding]:
    """Find runs of words that the guidelines share with an article, names left out."""
    folder = opened.corpus.annotation
    pages = {name: folder / name for name in FILES if (folder / name).exists()}
    if not pages:
        return  # the runs of a large corpus are many: they are made for a page alone
    runs, language = _runs(opened), opened.corpus.manifest.language
    for name, path in pages.items():
        for run in runs.runs_in(path.read_text("utf-8")):
            if sum(_has_content(word, language) for word in words_of(run)) > 1:
                allowed = f"fewer than {RUN} words of an article in a row, names left out"
                fix = "invent another example"
                yield Finding(f"annotation/{name}", "", "example", run, allowed, fix)


def _has_content(word: str, language: str) -> bool:
    return word not in _FUNCTION if language == "en" else len(word) > _SHORT


def _runs(opened: Opened) -> SharedRuns:
    names = {name for row in opened.rows("registry") for name in surfaces(row)}
    texts = opened.texts
    present = [text for key, text in texts.texts.items() if key not in texts.withdrawn]
    # The longest first: a name inside a longer one would leave the rest of it standing.
    return SharedRuns(present, sorted(names, key=len, reverse=True), size=RUN)
