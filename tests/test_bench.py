"""Claims about the page that `make bench` writes; nothing is timed here."""

from __future__ import annotations

import platform

from bench import growing, systems
from bench.__main__ import machine, page
from bench.measuring import Measured, alternate


def test_the_page_has_a_row_a_budget_and_says_which_are_kept() -> None:
    kept = Measured("help: at most 1.5", "200 ms", "150 ms", 4 / 3, True, "Whole processes.")
    missed = Measured("reading: at least 10", "5 s", "9 s", 1.8, False)
    text = page([kept, missed])
    assert "| help: at most 1.5 | 200 ms | 150 ms | **1.33** | yes |" in text
    assert "| reading: at least 10 | 5 s | 9 s | **1.80** | no |" in text
    assert "\n- help: Whole processes.\n" in text
    assert text.endswith(f"Machine: {machine()}\n")


def test_the_machine_is_described_without_its_name() -> None:
    assert f"Python {platform.python_version()}" in machine()
    assert platform.node() not in machine()


def test_two_jobs_are_run_in_turn_and_the_warm_up_is_not_counted() -> None:
    calls: list[str] = []
    times = alternate(lambda: calls.append("a"), lambda: calls.append("b"), runs=3, warm=1)
    assert "".join(calls) == "ab" * 4
    assert all(0 <= seconds < 1 for seconds in times)


def test_the_table_of_growth_stands_last_and_is_kept_when_other_figures_are_measured() -> None:
    costs = {size: dict.fromkeys(growing.COMMANDS, growing.Cost(size, 90)) for size in (5, 50)}
    table = growing.section(costs)
    assert "| command | 5 articles | 50 articles | aim |" in table
    assert "| `articles add --dry-run` | 5.0 (90) | 50.0 (90) | 5 s |" in table
    first = growing.replaced("# Speed\n\nfigures\n", table)
    assert first == "# Speed\n\nfigures\n\n" + table
    assert growing.replaced(first, table) == first


def test_the_table_of_systems_stands_before_that_of_commands_and_either_leaves_the_other() -> None:
    table = systems.section({("attitudes", "stance", 5): growing.Cost(1.5, 300)})
    assert "| attitudes, stance | 1.5 (300) | – | – | – | – |" in table
    commands = growing.HEADING + "\nold\n"
    alone = systems.replaced("# Speed\n\nfigures\n", table)
    both = systems.replaced("# Speed\n\nfigures\n\n" + commands, table)
    assert alone == "# Speed\n\nfigures\n\n" + table
    assert both == alone + "\n" + commands
    assert systems.replaced(both, table) == both
    assert growing.replaced(both, commands) == both
    assert systems.split("# Speed\n") == ("# Speed\n", "", "")
