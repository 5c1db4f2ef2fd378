"""First and last page of a list over all models, and the tally of one district, on the large data set."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from tests.benchmarks.dataset import NOW, Dataset
from tests.benchmarks.measuring import Measurement, interleaved
from workflow.across.figures.tally import tally
from workflow.across.lists import listing
from workflow.core import access
from workflow.core.people import units
from workflow.ground.database import Database

ROUNDS = 30

# CROSS JOIN keeps SQLite to the units first, which it finds by itself only where somebody has analysed.
TALLY = """
SELECT m.field_id, m.kind, m.state, count(*) FROM unit u CROSS JOIN emulation_model m ON u.id = m.unit_id
WHERE m.year_id = ? AND u.path >= ? AND u.path < ? AND m.submitted_at IS NOT NULL
  AND (m.state <> 'withdrawn' OR m.accepted_at IS NOT NULL)
GROUP BY m.field_id, m.kind, m.state
"""
REGISTRANTS = """
SELECT count(DISTINCT CASE WHEN m.person_id IS NULL THEN m.unit_id END), count(DISTINCT m.person_id)
FROM unit u CROSS JOIN emulation_model m ON u.id = m.unit_id
WHERE m.year_id = ? AND u.path >= ? AND u.path < ? AND m.submitted_at IS NOT NULL
  AND (m.state <> 'withdrawn' OR m.accepted_at IS NOT NULL)
"""


def open_database(path: Path) -> Database:
    """The large data set is built with one fsync less per batch."""
    return Database(f"sqlite:///{path}", synchronous="NORMAL")


def measure(built: Dataset, path: Path) -> list[Measurement]:
    """Pages as a person over the whole tree sees them; the tally against the same two questions put with sqlite3."""
    raw = sqlite3.connect(path, isolation_level=None)
    filters = listing.Filters(year_id=built.year_id)
    with built.database.read() as connection:
        who = access.actor(connection, built.reviewer, NOW)
        district = units.by_code(connection, built.district_code)
        last = "<51"

        first_page, last_page = interleaved(
            ROUNDS,
            lambda n: listing.page(connection, who, filters),
            lambda n: listing.page(connection, who, filters, last),
        )

        def floor(_: int) -> None:
            bounds = (built.year_id, district.path, district.path[:-1] + "0")
            raw.execute("SELECT * FROM programme_year WHERE year = ?", (built.year,)).fetchone()
            raw.execute("SELECT * FROM field WHERE year_id = ? ORDER BY position", (built.year_id,)).fetchall()
            raw.execute(TALLY, bounds).fetchall()
            raw.execute(REGISTRANTS, bounds).fetchall()

        counted, counted_raw = interleaved(ROUNDS, lambda n: tally(connection, built.year, unit_row=district), floor)
    raw.close()
    slower, faster = max(first_page, last_page), min(first_page, last_page)
    return [
        Measurement("first and last page of the list: of each other", slower, faster, 1.5),
        Measurement("a page of the list, at most", slower, None, 5e-3),
        Measurement("tally of one district and year", counted, counted_raw, 2.0),
    ]
