"""A million obligations on the large data set, and the pages that show them to somebody who looks after all of them or a few."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from flask import Flask

from tests.benchmarks.dataset import Dataset
from tests.benchmarks.measuring import Measurement, p10
from tests.benchmarks.web import DAILY, Visitor, application, bound_of, times
from workflow.ground.schema import (
    account,
    assignment,
    message,
    obligation,
    reminder,
    report_call,
    review_meeting,
    unit,
    visit,
)
from workflow.ground.vietnam_time import end_of_day, local_date

OBLIGATIONS: Final = 1_000_000
MESSAGES: Final = 20_000
_BATCH: Final = 50_000
_CALLS: Final = 40
_SPREAD: Final = 300

# Who opens them: over everything, over one district, in one commune.
EVERYTHING, DISTRICT, COMMUNE = "nguoi.duyet", "to.giup.viec", "can.bo.xa"
PAGES: Final = {
    EVERYTHING: (
        "/viec-cua-toi",
        "/hop-thu",
        "/lich",
        "/lich?pham-vi=all",
        "/don-doc",
        "/don-doc?tinh-trang=all",
        "/don-doc?tinh-trang=soon",
        "/don-doc?loai=state",
        "/don-doc?loai=meeting&tinh-trang=all",
        "/don-doc?chua-mo=1",
        "/don-doc?dot=1&tinh-trang=all",
        "/don-doc?don-vi={district}",
        "/don-doc/bang",
        "/don-doc/bang?don-vi={district}",
        "/don-doc/dung-han",
        "/don-doc/danh-sach-tre",
        "/quan-tri/thu",
    ),
    DISTRICT: (
        "/viec-cua-toi",
        "/lich?pham-vi=all",
        "/don-doc",
        "/don-doc?loai=report",
        "/don-doc/bang",
        "/don-doc/dung-han",
    ),
    COMMUNE: ("/viec-cua-toi", "/hop-thu", "/lich", "/lich?pham-vi=unit"),
}


def fill(large: Dataset, count: int = OBLIGATIONS) -> None:
    """Add `count` obligations, the calls they belong to, people who look after them and what these were told."""
    today = local_date(datetime.now(UTC))
    chance = random.Random(1)
    with large.database.write() as connection:
        units = {
            row.id: row for row in connection.execute(sa.select(unit.c.id, unit.c.level, unit.c.parent_id, unit.c.path))
        }
        _people(connection, large, units)
        connection.execute(sa.insert(review_meeting), _MEETING | {"year_id": large.year_id})
        connection.execute(sa.insert(visit), {"id": 1, "unit_id": 1, "day": today, "planned_at": _AT, "planned_by": 1})
        connection.execute(sa.insert(report_call), [_call(large, key, today) for key in range(1, _CALLS + 1)])
    communes = [row for row in units.values() if row.level == "commune"]
    rows = _obligations(large, communes, today, chance, count)
    while batch := [row for _place, row in zip(range(_BATCH), rows, strict=False)]:
        with large.database.write() as connection:
            connection.execute(sa.insert(obligation), batch)
    owed = sa.select(sa.func.count()).where(obligation.c.call_id == report_call.c.id).scalar_subquery()
    with large.database.write() as connection:
        connection.execute(sa.update(report_call).values(units=owed))
    with large.database.write() as connection:
        told = [_message(key) for key in range(1, MESSAGES + 1)]
        connection.execute(sa.insert(message), told)
        connection.execute(sa.insert(reminder), [_reminder(key, today) for key in range(1, MESSAGES + 1)])


def measure(large: Dataset, folder: Path) -> list[Measurement]:
    """Every page that shows dates, for each of the people."""
    app: Flask = application(large.database, folder)
    found = []
    for user_name, addresses in PAGES.items():
        visitor = Visitor(app, large.database, user_name)
        for address in addresses:
            place = address.format(district=large.district_code)
            visitor.get(place)
            spent = p10(times(partial(visitor.get, place), 5, 3)) / 1e9
            found.append(
                Measurement(
                    f"{OBLIGATIONS:,} obligations, {user_name}: {place}",
                    spent,
                    None,
                    bound_of(place, (*DAILY, "/viec-cua-toi")),
                )
            )
    return found


def _people(connection: sa.Connection, large: Dataset, units: dict[int, Any]) -> None:
    district = next(row for row in units.values() if row.path == large.district_path)
    commune = next(row for row in units.values() if row.parent_id == district.id)
    connection.execute(
        sa.insert(account),
        [
            {"id": 3, "user_name": DISTRICT, "full_name": "Người Đôn Đốc", "unit_id": district.id, "created_at": _AT},
            {"id": 4, "user_name": COMMUNE, "full_name": "Người Làm", "unit_id": commune.id, "created_at": _AT},
        ],
    )
    connection.execute(
        sa.insert(assignment),
        [
            {"account_id": key, "role": role, "unit_id": place, "valid_from": date(2024, 1, 1)}
            for key, role, place in ((2, "staff", 1), (3, "staff", district.id), (4, "unit_officer", commune.id))
        ],
    )


_AT = datetime(2024, 1, 1, tzinfo=UTC)
_MEETING = {"id": 1, "unit_id": 1, "title": "Phiên đo", "held_on": _AT.date(), "created_at": _AT, "created_by": 1}


def _call(large: Dataset, key: int, today: date) -> dict[str, Any]:
    due = today + timedelta(days=(key - _CALLS // 2) * 9)
    return {
        "id": key,
        "year_id": large.year_id,
        "unit_id": 1,
        "label": f"Báo cáo đợt {key}",
        "period_from": date(2024, 1, 1),
        "period_to": date(2024, 12, 31),
        "due_stated": due,
        "due_on": due,
        "sections": [],
        "opened_at": _AT,
    }


def _obligations(
    large: Dataset, communes: list[Any], today: date, chance: random.Random, count: int
) -> Iterator[dict[str, Any]]:
    """Reports of every commune for every call; all else are models in a state, with a few of each other subject."""
    made = 0
    for call in range(1, _CALLS + 1):
        for place in communes:
            made += 1
            if made > count:
                return
            due = today + timedelta(days=(call - _CALLS // 2) * 9)
            yield _row(large, made, "report", f"report:{call}:{place.id}", place, 1, due, today, chance, call_id=call)
    while made < count:
        made += 1
        place = communes[made % len(communes)]
        subject = "state" if made % 50 else ("registration", "meeting", "visit")[made // 50 % 3]
        due = today + timedelta(days=chance.randrange(-_SPREAD, _SPREAD))
        kinds: dict[str, dict[str, Any]] = {
            "state": {"state": "submitted", "model_id": made % large.models + 1},
            "meeting": {"meeting_id": 1},
            "visit": {"visit_id": 1},
        }
        columns = kinds.get(subject, {})
        yield _row(large, made, subject, f"{subject}:{made}", place, place.parent_id, due, today, chance, **columns)


def _row(
    large: Dataset,
    key: int,
    subject: str,
    name: str,
    place: Any,
    collector: int,
    due: date,
    today: date,
    chance: random.Random,
    **columns: Any,
) -> dict[str, Any]:
    ended = chance.random()
    done = ended < (0.9 if due < today else 0.2)
    return {
        "id": key,
        "key": name,
        "year_id": large.year_id,
        "subject": subject,
        "call_id": None,
        "model_id": None,
        "state": None,
        "meeting_id": None,
        "visit_id": None,
        "unit_id": place.id,
        "roles": "commune_reviewer,staff" if subject == "state" else "unit_officer",
        "collector_id": collector,
        "due_stated": due,
        "due_on": due,
        "due_at": end_of_day(due),
        "opened_at": _AT,
        "fulfilled_at": end_of_day(due) - timedelta(days=int(ended * 8) - 1) if done else None,
        "withdrawn_at": _AT if ended > 0.99 else None,
        **columns,
    }


def _message(key: int) -> dict[str, Any]:
    return {
        "id": key,
        "account_id": 2 + key % 3,
        "kind": "digest",
        "language": "vi",
        "subject": f"Việc sắp đến hạn {key}",
        "body_text": "Một việc sắp đến hạn.",
        "body_html": "<p>Một việc sắp đến hạn.</p>",
        "link": "/viec-cua-toi",
        "key": f"digest:{key}",
        "created_at": _AT,
        "read_at": _AT if key % 5 else None,
    }


def _reminder(key: int, today: date) -> dict[str, Any]:
    return {
        "obligation_id": key * 7,
        "step": "d-1",
        "account_id": 2 + key % 3,
        "due_on": today,
        "part": "reporter",
        "planned_at": _AT,
        "status": "told",
        "message_id": key,
    }
