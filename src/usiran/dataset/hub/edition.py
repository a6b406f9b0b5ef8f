"""What is published of a release: its files, with the articles' text or without."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from usiran.corpus import Corpus
from usiran.dataset.hub.client import Say
from usiran.dataset.release.stored import Release, latest, release_of
from usiran.errors import Finding, InputError, refuse

Text = Literal["include", "withhold"]

# Only the text-free edition carries what readers need to put the text back.
_MARK = "restore/"


@dataclass(frozen=True)
class Edition:
    """What is to be published: all `files` of the repository, from path to content."""

    release: Release
    text: Text
    files: Mapping[str, bytes]

    @property
    def title(self) -> str:
        """The title of its commit."""
        return f"Version {self.release.version}, {called(self.text)}"


def called(text: Text) -> str:
    """Return what people call an edition."""
    return "with text" if text == "include" else "without text"


def text_of(paths: Iterable[str]) -> Text:
    """Return which edition a repository's files are."""
    return "withhold" if any(path.startswith(_MARK) for path in paths) else "include"


def edition_of(
    corpus: Corpus, text: Text, version: str | None = None, say: Say = lambda _: None
) -> Edition:
    """Return what is published of a release, after a check that the folder holds that release."""
    release = latest(corpus) if version is None else release_of(corpus, version)
    if release is None:
        allowed, fix = "a release", "make one with `usiran release VERSION`"
        raise InputError.of("dataset/releases", "no release", allowed, fix)
    files = _released(corpus, release)
    # Both editions start from the released files: without them nobody knows what the tag names.
    return Edition(release, text, files if text == "include" else _without_text(corpus, say))


def _without_text(corpus: Corpus, say: Say) -> dict[str, bytes]:
    """Make the text-free edition; what it is made from must be what was released, too."""
    from usiran.dataset.build import drift_of, make
    from usiran.dataset.withheld.text_free import text_free_files
    from usiran.validation.validate import open_valid

    opened = open_valid(corpus)
    refuse(drift_of(corpus, make(opened, say)))
    return text_free_files(opened, say)


def _released(corpus: Corpus, release: Release) -> dict[str, bytes]:
    """Read the files of a release; each must be the one that was released."""
    fix = f"check out the tag {release.tag}, or release what is there with `usiran release`"
    files, findings = {}, []
    for name, published in release.files.items():
        path = corpus.dataset / name
        files[name] = path.read_bytes() if path.is_file() else b""
        digest = hashlib.sha256(files[name]).hexdigest() if path.is_file() else "no file"
        if digest != published.sha256:
            allowed = f"{published.sha256}, as released in {release.version}"
            findings.append(Finding(corpus.name_of(path), "", "sha256", digest, allowed, fix))
    refuse(findings)
    return files
