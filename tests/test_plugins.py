"""Claims about what other packages add: found, imported when named, errors told once."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support.benches import MakeBench, bench, run_pairs
from tests.support.plugin import add_entry_points, plugin
from usiran import plugins
from usiran.benchmark.results import SUBMITTED, read_results
from usiran.benchmark.verify import verify_all
from usiran.benchmark.write_results import outdated, publish
from usiran.errors import InputError
from usiran.models.plugged import plugged

__all__ = ["bench", "plugin"]


@pytest.mark.usefixtures("plugin")
def test_the_names_of_an_installed_package_are_found_without_importing_it() -> None:
    assert plugins.names("usiran.systems") == ("capitals", "word-svm")
    assert plugins.names("usiran.tasks") == ("mentions",)
    assert plugins.load("usiran.systems", "word-svm").package == "usiran-example 1.0.0"


@pytest.mark.usefixtures("plugin")
def test_a_plug_in_runs_like_any_system_and_is_listed_as_submitted(bench: MakeBench) -> None:
    made = bench().with_plugins(["mentions"], ["word-svm", "capitals"])
    pairs = made.plan(systems=["word-svm", "capitals"])
    assert pairs == [("stance", "word-svm"), ("holder", "word-svm"), ("actors", "capitals")]
    publish(made, run_pairs(made, ("stance", "word-svm"), ("actors", "capitals")))
    result = read_results(made.corpus)["word-svm", "stance"].result
    assert (result.kind, result.title) == (SUBMITTED, "Words, linear SVM")
    assert result.settings == {
        "factory": "usiran_example.systems:word_svm",
        "package": "usiran-example 1.0.0",
    }
    # Whoever has not installed it can verify what it predicted, and renders the same pages.
    assert outdated(bench()) == []
    checked = verify_all(bench())
    assert len(checked) == 2
    assert [finding for each in checked for finding in each.findings] == []


@pytest.mark.usefixtures("plugin")
def test_a_plug_in_task_takes_the_systems_that_it_names(bench: MakeBench) -> None:
    made = bench().with_plugins(["mentions"])
    assert made.plan(["mentions"]) == [("mentions", "majority"), ("mentions", "stratified")]
    stored = run_pairs(made, ("mentions", "majority"))["majority", "mentions"]
    assert stored.result.confusion is not None
    assert stored.result.confusion.labels == ("some", "none")
    publish(made, {("majority", "mentions"): stored})
    assert [check.findings for check in verify_all(bench())] == [()]
    assert outdated(bench()) == []


def test_a_factory_is_named_by_its_module_from_the_folder_one_is_in(
    bench: MakeBench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [place for place in sys.path if place])
    lines = (
        "from sklearn.dummy import DummyClassifier",
        "def always_first(context):",
        "    return DummyClassifier(strategy='constant', constant=context.task.labels[0])",
    )
    (tmp_path / "mine_here.py").write_text("\n".join(lines))
    made = bench().with_plugins(systems=["mine_here:always_first"])
    assert made.name_of("mine_here:always_first") == "always-first"
    assert made.plan(["stance"], ["mine_here:always_first"]) == [("stance", "always-first")]
    result = run_pairs(made, ("stance", "always-first"))["always-first", "stance"].result
    assert result.scores["accuracy"] < 1
    (tmp_path / "yours_here.py").write_text("def majority():\n    return None\n")
    with pytest.raises(InputError, match=r"the name 'majority''; allowed: a name that no other"):
        made.with_plugins(systems=["yours_here:majority"])


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("no_such_module:make", r"systems no_such_module:make: found 'ModuleNotFoundError: No"),
        ("usiran.errors:nothing", r"AttributeError: module 'usiran.errors' has no attribute"),
        ("usiran.plugins:_FIX", r"_FIX, a str'; allowed: a function or a class"),
        ("usiran_broken:make", r"ZeroDivisionError: division by zero'; allowed: a module"),
    ],
)
def test_a_broken_reference_is_one_message(
    reference: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "usiran_broken.py").write_text("1 / 0\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(InputError, match=message):
        plugins.load("usiran.systems", reference)


@pytest.mark.usefixtures("plugin")
def test_a_name_that_two_packages_give_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups = {"usiran.systems": {"word-svm": "elsewhere:make"}}
    add_entry_points(tmp_path / "second", "other", "2", groups)
    monkeypatch.syspath_prepend(str(tmp_path / "second" / "site"))
    with pytest.raises(InputError, match="found '2 packages that give it'; allowed: one package"):
        plugins.load("usiran.systems", "word-svm")


def make() -> None:
    """Make nothing: what a factory returns is looked at when it is used."""


make.tasks = ("stance", "weather")  # type: ignore[attr-defined]


def test_what_a_factory_says_of_itself_is_checked(bench: MakeBench) -> None:
    tasks = {name: gold.task for name, gold in bench().golds.items()}
    with pytest.raises(InputError, match=r"tasks: found 'weather'; allowed: stance, toward_us"):
        plugged(f"{__name__}:make", tasks)
