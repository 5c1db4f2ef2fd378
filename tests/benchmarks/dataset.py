"""A large set of models for measuring: built set-wise, with a true history, in the shape of many districts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from workflow.core.history import GENESIS, Entry, chained
from workflow.core.lifecycles import parsing
from workflow.core.programmes import stored
from workflow.core.programmes.defaults import standard_defaults
from workflow.ground import migrate
from workflow.ground.database import Database
from workflow.ground.reading.names import keys_of
from workflow.ground.reading.order import name_order, tree_order
from workflow.ground.schema import account, assignment, emulation_model, history, unit

NOW = datetime(2024, 3, 1, 2, 0, tzinfo=UTC)
MODELS_PER_DISTRICT = 276
COMMUNES_PER_DISTRICT = 13
_BATCH = 20_000


@dataclass(frozen=True, slots=True)
class Dataset:
    """Where to look: the reviewer who may accept everything, one district, codes of submitted models."""

    database: Database
    reviewer: str
    reviewer_id: int
    district_code: str
    district_path: str
    year: int
    year_id: int
    models: int

    def codes(self, start: int, count: int) -> list[str]:
        """Codes of submitted models, in the order of their keys."""
        return [code_of(number) for number in range(start, start + count)]


def code_of(number: int) -> str:
    """Public code of the nth model, counted from 1."""
    return f"DVK-2024-{number:07d}"


def build(database: Database, models: int) -> Dataset:
    """Fill an empty database with `models` submitted models over as many districts as they need, and one reviewer over all."""
    migrate.upgrade(database)
    definition = parsing.standard("three_tier")
    with database.write() as connection:
        year_id = stored.create_year(connection, NOW, 2024, standard_defaults(), definition)
        fields = [row.id for row in stored.fields(connection, year_id)]
        units = list(_units(max(1, -(-models // MODELS_PER_DISTRICT))))
        connection.execute(sa.insert(unit), units)
        connection.execute(
            sa.insert(account),
            [
                {"id": 1, "user_name": "nguoi.gui", "full_name": "Người Gửi", "unit_id": 1, "created_at": NOW},
                {"id": 2, "user_name": "nguoi.duyet", "full_name": "Người Duyệt", "unit_id": 1, "created_at": NOW},
            ],
        )
        connection.execute(
            sa.insert(assignment),
            {"account_id": 2, "role": "commune_reviewer", "unit_id": 1, "valid_from": date(2024, 1, 1)},
        )
    communes = [row["id"] for row in units if row["level"] == "commune"]
    for start in range(1, models + 1, _BATCH):
        numbers = range(start, min(start + _BATCH, models + 1))
        rows, entries = [], []
        for number in numbers:
            entry = Entry(
                NOW, 1, "unit_officer", "submit", None, "", None, "submitted", "", fields[number % 5], "collective"
            )
            link = chained("model", number, 1, GENESIS, entry)
            entries.append(link)
            rows.append(_model(number, models, year_id, communes, fields[number % 5], definition.hash, link["hash"]))
        with database.write() as connection:
            connection.execute(sa.insert(emulation_model), rows)
            connection.execute(sa.insert(history), entries)
    district = units[len(units) // 2 // (COMMUNES_PER_DISTRICT + 1) * (COMMUNES_PER_DISTRICT + 1) + 1]
    return Dataset(database, "nguoi.duyet", 2, district["code"], district["path"], 2024, year_id, models)


def _units(districts: int) -> Iterator[dict[str, Any]]:
    keys: dict[int | None, str] = {None: ""}

    def row(number: int, name: str, level: str, parent: int | None, path: str) -> dict[str, Any]:
        keys[number] = tree_order(keys[parent], name, number)
        return {
            "id": number,
            "code": f"D{number}",
            "name": name,
            **keys_of(name, 200),
            "level": level,
            "parent_id": parent,
            "path": path,
            "tree_sort": keys[number],
        }

    yield row(1, "Tỉnh đo", "province", None, "/1/")
    number = 1
    for index in range(districts):
        number += 1
        district = number
        yield row(district, f"Huyện đo {index}", "district", 1, f"/1/{district}/")
        for place in range(COMMUNES_PER_DISTRICT):
            number += 1
            yield row(number, f"Xã đo {index}-{place}", "commune", district, f"/1/{district}/{number}/")


def _model(
    number: int, models: int, year_id: int, communes: list[int], field_id: int, definition_hash: str, last_hash: str
) -> dict[str, Any]:
    name = f"Vận động nhân dân hiến đất mở đường liên thôn số {number}"
    return {
        "id": number,
        "code": code_of(number),
        "year_id": year_id,
        # A commune's models lie together, as a year's registrations do.
        "unit_id": communes[(number - 1) * len(communes) // models],
        "kind": "collective",
        "field_id": field_id,
        "name": name,
        **keys_of(name, 300),
        "name_sort": name_order(name),
        "definition_hash": definition_hash,
        "state": "submitted",
        "version": 1,
        "last_hash": last_hash,
        "submitters": ",1,",
        "submitted_at": NOW,
        "created_at": NOW,
        "created_by": 1,
        "changed_at": NOW,
    }
