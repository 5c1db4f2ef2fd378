"""Starting a programme year from another one, and changing its window, review rules, numbering and definition.

Everything is checked before it is kept, and the year's history has each change with before and after. Fields, score sheet, bands
and measures are in `programme_parts`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access, history
from workflow.core.events import Changed
from workflow.core.lifecycles import store
from workflow.core.programmes import deadlines, events, stored
from workflow.core.programmes.change import Edit
from workflow.core.programmes.content import used_fields
from workflow.core.programmes.defaults import standard_defaults
from workflow.core.programmes.starting import root_grant
from workflow.ground.reading.text import clean
from workflow.ground.refusals import InvalidInput, NotPossible
from workflow.ground.schema import criterion, field, form_item, measure, programme_year, score_band
from workflow.ground.speech import _

MOST_INSPECTORS: Final = 20
MOST_DAYS_TO_MEND: Final = 365


@dataclass(frozen=True, slots=True)
class YearInput:
    """The settings of a year as somebody states them; fractions are written as "2/3".

    min_inspectors: 1 to 20, of one record. days_to_mend: 1 to 365, of a returned form when nobody says otherwise. public: whether
    everybody may read about its recognised models whose registrants agreed. None leaves each of the three as it is.
    """

    name: str
    opens_on: date | None
    closes_on: date | None
    quorum: str
    threshold: str
    numbering: str
    public: bool | None = None
    min_inspectors: str | None = None
    days_to_mend: str | None = None


def copy_year(
    connection: Connection,
    who: int | str,
    now: datetime,
    source: int,
    year: int,
    *,
    opens_on: date | None = None,
    closes_on: date | None = None,
    definition: str = "",
) -> int:
    """Start a year with the fields, score sheet, bands, measures, items and rules of another one. Returns its id.

    definition: beginning of a definition's hash; by default that of the source. The days are those of the source, moved.
    """
    actor = access.actor(connection, who, now)
    grant = root_grant(actor)
    before = stored.year(connection, source)
    if not 2000 <= year <= 2100:
        raise InvalidInput({"year": _("Năm %(year)s không hợp lệ: cần từ 2000 đến 2100.", year=year)})
    if connection.execute(sa.select(programme_year.c.id).where(programme_year.c.year == year)).first():
        raise InvalidInput({"year": _("Năm thi đua %(year)s đã có.", year=year)})
    chosen = store.find(connection, definition) if definition else store.definition(connection, before.definition_hash)
    store.put(connection, now, chosen)
    first = opens_on or deadlines.moved(before.opens_on, year - source)
    last = closes_on or deadlines.moved(before.closes_on, year - source)
    if last < first:
        raise InvalidInput({"closes_on": _("Ngày hết hạn đăng ký phải từ ngày mở đăng ký trở đi.")})
    year_id: int = connection.execute(
        sa.insert(programme_year)
        .values(
            year=year,
            name=before.name.replace(str(source), str(year)),
            definition_hash=chosen.hash,
            opens_on=first,
            closes_on=last,
            quorum_numerator=before.quorum_numerator,
            quorum_denominator=before.quorum_denominator,
            threshold_numerator=before.threshold_numerator,
            threshold_denominator=before.threshold_denominator,
            min_inspectors=before.min_inspectors,
            days_to_mend=before.days_to_mend,
            numbering=before.numbering,
        )
        .returning(programme_year.c.id)
    ).scalar_one()
    for table in (field, criterion, score_band, measure, form_item):
        kept = [column for column in table.c if column.name not in ("id", "year_id")]
        connection.execute(
            sa.insert(table).from_select(
                ["year_id", *(column.name for column in kept)],
                sa.select(sa.literal(year_id), *kept).where(table.c.year_id == before.id).order_by(table.c.id),
            )
        )
    deadlines.copy(connection, before.id, source, year_id, year, standard_defaults())
    started = events.YearStarted(year, first, last, copied_from=source)
    history.record(connection, history.acting(actor, grant), now, year_id, started, definition_hash=chosen.hash)
    return year_id


def edit_year(
    connection: Connection, who: int | str, now: datetime, year: int, stated: YearInput, *, version: int | None = None
) -> bool:
    """Change the settings of a year. False when nothing changes.

    Meetings that were opened keep the rules they were opened with; models keep the mark 'late' they were given.
    """
    edit = Edit(connection, who, now, year, version)
    row = edit.year
    name = clean(stated.name)
    if not name or len(name) > 200:
        edit.problems["name"] = _("Hãy đặt tên, tối đa 200 ký tự.")
    quorum = edit.share("quorum", stated.quorum, whole=True)
    threshold = edit.share("threshold", stated.threshold, whole=False)
    if stated.opens_on is None or stated.closes_on is None:
        missing = "opens_on" if stated.opens_on is None else "closes_on"
        edit.problems[missing] = _("Hãy điền ngày.")
    elif stated.closes_on < stated.opens_on:
        edit.problems["closes_on"] = _("Ngày hết hạn đăng ký phải từ ngày mở đăng ký trở đi.")
    min_inspectors = edit.whole("min_inspectors", stated.min_inspectors, row.min_inspectors, MOST_INSPECTORS)
    days_to_mend = edit.whole("days_to_mend", stated.days_to_mend, row.days_to_mend, MOST_DAYS_TO_MEND)
    if stated.numbering not in ("year", "term"):
        edit.problems["numbering"] = _("Hãy chọn cách đánh số.")
    edit.stop_at_problems()
    values = {
        "name": name,
        "opens_on": stated.opens_on,
        "closes_on": stated.closes_on,
        "quorum_numerator": quorum.numerator,
        "quorum_denominator": quorum.denominator,
        "threshold_numerator": threshold.numerator,
        "threshold_denominator": threshold.denominator,
        "min_inspectors": min_inspectors,
        "days_to_mend": days_to_mend,
        "numbering": stated.numbering,
        "public": row.public if stated.public is None else stated.public,
    }
    changed = {key: Changed(getattr(row, key), value) for key, value in values.items() if getattr(row, key) != value}
    if changed:
        connection.execute(sa.update(programme_year).where(programme_year.c.id == row.id).values(values))
        edit.note(events.YearEdited(changed))
    return bool(changed)


def set_public(
    connection: Connection, who: int | str, now: datetime, year: int, public: bool, *, version: int | None = None
) -> bool:
    """Open the year's public page, or close it. False when nothing changes."""
    edit = Edit(connection, who, now, year, version)
    before = bool(edit.year.public)
    if before == public:
        return False
    connection.execute(sa.update(programme_year).where(programme_year.c.id == edit.year.id).values(public=public))
    edit.note(events.YearEdited({"public": Changed(before, public)}))
    return True


def set_definition(
    connection: Connection, who: int | str, now: datetime, year: int, definition: str, *, version: int | None = None
) -> bool:
    """Let a year begin under another definition. NotPossible once it has models: those move by migration alone."""
    edit = Edit(connection, who, now, year, version)
    chosen = store.find(connection, definition)
    if chosen.hash == edit.year.definition_hash:
        return False
    if used_fields(connection, edit.year.id):
        raise NotPossible(
            _(
                "Năm %(year)s đã có mô hình nên quy trình không đổi nữa. Chọn quy trình mới cho năm sau, hoặc chuyển"
                " các mô hình đang chạy ở trang “Quy trình”.",
                year=year,
            ),
            guard="year",
            code="year_in_use",
        )
    store.put(connection, now, chosen)
    connection.execute(
        sa.update(programme_year).where(programme_year.c.id == edit.year.id).values(definition_hash=chosen.hash)
    )
    moved = events.YearDefinitionSet(Changed(edit.year.definition_hash, chosen.hash))
    edit.note(moved, definition_hash=chosen.hash)
    return True
