"""Examples of the guidelines share no wording with the articles."""

from __future__ import annotations

from usiran import loading
from usiran.corpus import Corpus
from usiran.validation.guidelines import invented


def test_an_example_that_repeats_four_words_of_an_article_is_found(sample: Corpus) -> None:
    opened = loading.open(sample)
    words = next(iter(opened.texts.texts.values())).split()
    windows = (words[at : at + 4] for at in range(len(words)))
    # Four words in small letters, two of them long: neither names nor function words.
    run = next(
        " ".join(window)
        for window in windows
        if all(word.isalpha() and word.islower() for word in window)
        and sum(len(word) > 7 for word in window) > 1
    )
    for path in sample.annotation.glob("*.md"):
        path.unlink()
    page = sample.annotation / "CASEBOOK.md"
    page.write_text(f"An example: 'Eels {run}, zinc.'", encoding="utf-8")
    (finding,) = invented(opened)
    assert (finding.file, finding.value) == ("annotation/CASEBOOK.md", run)
    # A name of the registry, and four words of which one alone carries content.
    for sentence in ("Kataib Hezbollah commander Abu Mahdi al-Muhandis", "what would that mean"):
        page.write_text(sentence, encoding="utf-8")
        assert not list(invented(opened))


def test_in_another_language_long_words_carry_the_content(sample: Corpus) -> None:
    manifest = sample.dataset / "corpus.toml"
    text = manifest.read_text("utf-8").replace('language = "en"', 'language = "es"')
    manifest.write_text(text, encoding="utf-8")
    spanish = Corpus(sample.root)
    opened = loading.open(spanish)
    words = " ".join(next(iter(opened.texts.texts.values())).split())
    for path in sample.annotation.glob("*.md"):
        path.unlink()
    page = sample.annotation / "GUIDELINES.md"
    page.write_text(words, encoding="utf-8")
    runs = [finding.value.split() for finding in invented(opened)]
    assert runs
    assert all(sum(len(word) > 4 for word in run) > 1 for run in runs)
