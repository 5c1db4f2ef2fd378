"""`python -m tests.benchmarks [--models N] [--json FILE]`: every bound of the project in one table; exit 1 when one is missed."""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks import dataset, delivery, lists, obligations, owed, planning, states, transitions, web
from tests.benchmarks.measuring import Measurement


def main() -> int:
    """Measure, print the table, write the JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument(
        "--models", type=int, default=50_000, help="models in the large data set (default: %(default)s)"
    )
    parser.add_argument("--json", type=Path, default=Path("var/benchmarks.json"), help="where the figures go")
    asked = parser.parse_args()
    note = Console(stderr=True).print
    found: list[Measurement] = []
    with tempfile.TemporaryDirectory(prefix="dvk-bench-") as folder:
        place = Path(folder)
        note("state decision …")
        found += states.measure()
        note("transitions on SQLite …")
        found += transitions.on_sqlite(place)
        note("transitions on PostgreSQL …")
        found += transitions.on_postgresql()
        note("planning reminders …")
        found += planning.measure(place)
        note("obligations …")
        found += obligations.measure(place)
        note("delivery …")
        found += delivery.measure(place)
        note(f"building {asked.models} models …")
        database = lists.open_database(place / "large.db")
        large = dataset.build(database, asked.models)
        note("lists and tallies …")
        found += lists.measure(large, place / "large.db")
        note("whole pages …")
        found += web.measure(large, place / "large.db", place)
        note(f"pages of {owed.OBLIGATIONS:,} obligations …")
        owed.fill(large)
        found += owed.measure(large, place)
        database.close()
    _print(found, asked.models)
    asked.json.parent.mkdir(parents=True, exist_ok=True)
    report = {"models": asked.models, "python": platform.python_version(), "figures": [m.as_json() for m in found]}
    asked.json.write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return 0 if all(m.met for m in found) else 1


def _print(found: list[Measurement], models: int) -> None:
    table = Table(title=f"{models:,} models; 10th percentile; ratio = ours / floor unless marked ≥")
    for heading in ("what", "ours", "floor", "value", "bound", ""):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    for m in found:
        absolute = m.floor is None
        table.add_row(
            m.what,
            _seconds(m.ours),
            "" if m.floor is None else _seconds(m.floor),
            _seconds(m.value) if absolute else f"{m.value:.2f} ×",
            ("≥ " if m.at_least else "≤ ") + (_seconds(m.bound) if absolute else f"{m.bound:g} ×"),
            "kept" if m.met else "MISSED",
        )
    Console(width=130).print(table)


def _seconds(value: float) -> str:
    return f"{value * 1e6:,.1f} µs" if value < 1e-3 else f"{value * 1e3:,.2f} ms"


if __name__ == "__main__":
    sys.exit(main())
