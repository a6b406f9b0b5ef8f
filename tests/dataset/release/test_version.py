"""Versions of the data: their form, the step after one, and where corpus.toml gives it."""

from __future__ import annotations

import pytest
from packaging.version import Version

from usiran.dataset.release.version import (
    Bump,
    is_version,
    next_version,
    parse_version,
    with_version,
)
from usiran.errors import InputError


@pytest.mark.parametrize(
    ("bumped", "least"), [("MAJOR", "2.0.0"), ("MINOR", "1.3.0"), ("PATCH", "1.2.4")]
)
def test_the_least_version_after_a_step(bumped: Bump, least: str) -> None:
    assert str(next_version(Version("1.2.3"), bumped)) == least


@pytest.mark.parametrize("text", ["1.0", "01.0.0", "1.0.0-rc1", "latest", "1.0.0 ", "١.0.0"])
def test_what_is_no_version_is_refused(text: str) -> None:
    assert not is_version(text)
    with pytest.raises(InputError, match="three whole numbers with dots between"):
        parse_version(text)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('version = "0.1.0"\n', 'version = "1.0.0"\n'),
        ("version = '1'  # it", 'version = "1.0.0"  # it'),
        (
            '# x\r\n version="1"\r\n[a]\r\nversion = "2"',
            '# x\r\n version="1.0.0"\r\n[a]\r\nversion = "2"',
        ),
        ('"version" = """1"""\nb = 1', '"version" = "1.0.0"\nb = 1'),
    ],
)
def test_only_the_version_of_corpus_toml_changes(old: str, new: str) -> None:
    assert with_version(old, Version("1.0.0")) == new
