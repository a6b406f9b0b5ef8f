"""Claims about the settings of systems."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from tests.support.benches import MakeBench, bench
from usiran.errors import FileError, InputError
from usiran.models.settings import chosen, read_settings, settings_sha256

__all__ = ["bench"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('name = "other"', r"missing required field"),
        (
            'name = "x"\nkind = "control"\ntitle = ""\ndescription = ""\ntasks = []\nx = 1',
            "unknown",
        ),
        (
            'name = "y"\nkind = "control"\ntitle = ""\ndescription = ""\ntasks = []',
            "found 'name 'y''",
        ),
        ('name = "x"\nkind = "toy"\ntitle = ""\ndescription = ""\ntasks = []', "Invalid enum"),
        ("name = ", "TOML 1.0"),
    ],
)
def test_faulty_settings_are_refused_in_one_line(
    tmp_path: Path, content: str, message: str
) -> None:
    path = tmp_path / "x.toml"
    path.write_text(content)
    with pytest.raises(FileError, match=message) as caught:
        read_settings(path)
    assert "\n" not in str(caught.value)


def test_a_missing_parameter_and_an_unknown_reference_are_named(bench: MakeBench) -> None:
    made = bench()
    order = made.build_context("stance", "shuffled-within", 0)
    with pytest.raises(
        FileError, match=r"baselines/shuffled-within\.toml: found 'no parameter 'C''"
    ):
        order.need("C")
    settings = msgspec.structs.replace(order.settings, parameters={"reference": "bert"})
    with pytest.raises(FileError, match="found 'reference = 'bert''; allowed: majority, "):
        replace(order, settings=settings).named("reference")


def test_the_settings_hash_tells_parameters_and_word_lists_but_not_descriptions(
    bench: MakeBench,
) -> None:
    library = bench().library
    tagger, cues = library["tagger"], library["cue-lexicon"]
    first = settings_sha256("events", tagger, cues)
    told = msgspec.structs.replace(tagger, description="other words")
    assert settings_sha256("events", told, cues) == first
    changed = msgspec.structs.replace(tagger, parameters={**tagger.parameters, "C": [2.0]})
    shorter = msgspec.structs.replace(cues, lexicon={})
    hashes = {settings_sha256("events", changed, cues), settings_sha256("events", tagger, shorter)}
    assert len({first, *hashes, settings_sha256("actors", tagger, cues)}) == 4


def test_an_unknown_name_is_refused_with_what_is_allowed_and_the_nearest() -> None:
    with pytest.raises(
        InputError, match="found 'stence'; allowed: stance, holder; to mend: did you"
    ):
        chosen("task", ("stence",), ("stance", "holder"))
    assert chosen("task", (), ("stance", "holder")) == ("stance", "holder")
    assert chosen("task", ("holder", "stance"), ("stance", "holder")) == ("stance", "holder")
