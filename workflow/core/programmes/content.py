"""The fields, score sheet, bands, measures and items of the form of a programme year, as an administrator changes them.

What is in use keeps its meaning: a field with models, a criterion with scores or a measure with quantities is neither removed nor
made another. A label may be corrected; the year's history has it before and after.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core.programmes import events, stored
from workflow.core.programmes.change import Edit, Names, listed
from workflow.core.programmes.terms import FULL_SCORE, LONGEST_ITEM, LONGEST_NAME
from workflow.ground.reading.text import clean
from workflow.ground.schema import (
    criterion,
    emulation_model,
    field,
    form_item,
    inspection,
    measure,
    quantity,
    score,
    score_band,
)
from workflow.ground.speech import _

_LONGEST_PROSE = 2_000


@dataclass(frozen=True, slots=True)
class FieldInput:
    """One field, in the programme's order. code: empty for a new one; aliases and keywords: separated by semicolons."""

    code: str
    label: str
    aliases: str = ""
    keywords: str = ""


@dataclass(frozen=True, slots=True)
class CriterionInput:
    """One line of the score sheet. points: as typed."""

    code: str
    label: str
    points: str
    guidance: str = ""


@dataclass(frozen=True, slots=True)
class BandInput:
    """One band of scores, from this many points on."""

    label: str
    from_points: str


@dataclass(frozen=True, slots=True)
class MeasureInput:
    """One measure. outlier_above: as typed, empty for none; aliases and unit_aliases: separated by semicolons."""

    code: str
    label: str
    unit: str
    aliases: str = ""
    unit_aliases: str = ""
    outlier_above: str = ""


@dataclass(frozen=True, slots=True)
class ItemInput:
    """One item of the registration form. max_length: as typed."""

    code: str
    label: str
    guidance: str
    good: str
    bad: str
    max_length: str


def used_fields(connection: Connection, year_id: int) -> dict[int, int]:
    """Number of models by field, for those that have any."""
    rows = connection.execute(
        sa.select(emulation_model.c.field_id, sa.func.count())
        .where(emulation_model.c.year_id == year_id)
        .group_by(emulation_model.c.field_id)
    )
    return {int(field_id): int(models) for field_id, models in rows}


def used_measures(connection: Connection, year_id: int) -> frozenset[int]:
    """The measures in which some target or result is stated."""
    stated = sa.exists().where(quantity.c.measure_id == measure.c.id)
    rows = connection.execute(sa.select(measure.c.id).where(measure.c.year_id == year_id, stated))
    return frozenset(rows.scalars())


def scored(connection: Connection, year_id: int) -> bool:
    """Whether some inspection of the year has scores: from then on the score sheet weighs as it weighs."""
    return (
        connection.execute(
            sa.select(score.c.id)
            .join(criterion, criterion.c.id == score.c.criterion_id)
            .where(criterion.c.year_id == year_id)
            .limit(1)
        ).first()
        is not None
    )


def set_fields(
    connection: Connection,
    who: int | str,
    now: datetime,
    year: int,
    rows: Sequence[FieldInput],
    *,
    version: int | None = None,
) -> bool:
    """Set the fields of a year in this order. A field with models stays; its label may be corrected. False: nothing changed."""
    edit = Edit(connection, who, now, year, version)
    used = used_fields(connection, edit.year.id)
    old = {row.code: row for row in stored.fields(connection, edit.year.id)}
    codes = edit.codes(rows, old)
    names = Names(edit.problems)
    names.take_codes(rows)
    values: list[dict[str, Any]] = []
    for number, (row, code) in enumerate(zip(rows, codes, strict=True)):
        label = edit.label(number, row.label, 120)
        aliases = listed(row.aliases)
        for name in (label, *aliases):
            names.take(f"rows-{number}-{'label' if name == label else 'aliases'}", name, number)
        keywords = listed(row.keywords)
        values.append({"code": code, "label": label, "aliases": aliases, "keywords": keywords, "position": number})
    edit.keep_used(old, codes, lambda row: used.get(row.id, 0) > 0, _("lĩnh vực"), _("có mô hình"))
    return edit.store(field, old, values, events.FieldsEdited)


def set_criteria(
    connection: Connection,
    who: int | str,
    now: datetime,
    year: int,
    rows: Sequence[CriterionInput],
    *,
    version: int | None = None,
) -> bool:
    """Set the score sheet, whose points must add up to 100. Once there are scores only labels, guidance and order change."""
    edit = Edit(connection, who, now, year, version)
    old = {row.code: row for row in stored.criteria(connection, edit.year.id)}
    codes = edit.codes(rows, old)
    values: list[dict[str, Any]] = []
    for number, (row, code) in enumerate(zip(rows, codes, strict=True)):
        points = edit.integer(f"rows-{number}-points", row.points, 1, FULL_SCORE)
        label = edit.label(number, row.label, 200)
        guidance = clean(row.guidance, multiline=True)[:2000]
        values.append({"code": code, "label": label, "guidance": guidance, "max_points": points, "position": number})
    total = sum(value["max_points"] for value in values)
    if not edit.problems and total != FULL_SCORE:
        edit.problems["rows"] = _(
            "Tổng điểm phải bằng %(full_score)s, đang là %(total)s. Hãy sửa điểm của các tiêu chí.",
            full_score=FULL_SCORE,
            total=total,
        )
    if scored(connection, edit.year.id):
        weights = {value["code"]: value["max_points"] for value in values}
        if not edit.problems and weights != {code: row.max_points for code, row in old.items()}:
            edit.problems["rows"] = _(
                "Năm này đã có biên bản chấm điểm: không thêm, bỏ tiêu chí hay đổi điểm tối đa được nữa. Chỉ sửa"
                " được tên, hướng dẫn và thứ tự."
            )
    return edit.store(criterion, old, values, events.CriteriaEdited)


def set_bands(
    connection: Connection,
    who: int | str,
    now: datetime,
    year: int,
    rows: Sequence[BandInput],
    *,
    version: int | None = None,
) -> bool:
    """Set the bands of the score, the lowest from 0. Once an inspection was concluded their bounds stay."""
    edit = Edit(connection, who, now, year, version)
    old = connection.execute(
        sa.select(score_band).where(score_band.c.year_id == edit.year.id).order_by(score_band.c.from_points.desc())
    ).all()
    values: list[dict[str, Any]] = []
    for number, row in enumerate(rows):
        points = edit.integer(f"rows-{number}-from_points", row.from_points, 0, FULL_SCORE)
        values.append({"label": edit.label(number, row.label, 60), "from_points": points})
    bounds = [value["from_points"] for value in values]
    if not edit.problems:
        if 0 not in bounds:
            edit.problems["rows"] = _("Hạng thấp nhất phải từ 0 điểm, để điểm nào cũng có hạng.")
        elif len(set(bounds)) < len(bounds):
            edit.problems["rows"] = _("Hai hạng không được bắt đầu từ cùng một điểm.")
        elif set(bounds) != {row.from_points for row in old} and _concluded(connection, edit.year.id):
            edit.problems["rows"] = _("Năm này đã có biên bản kết luận: mốc điểm của các hạng không đổi được nữa.")
    edit.stop_at_problems()
    values.sort(key=lambda value: -value["from_points"])
    before = [{"label": row.label, "from_points": row.from_points} for row in old]
    if before == values:
        return False
    connection.execute(sa.delete(score_band).where(score_band.c.year_id == edit.year.id))
    connection.execute(sa.insert(score_band), [{"year_id": edit.year.id, **value} for value in values])
    edit.note(events.BandsEdited(tuple(before), tuple(values)))
    return True


def set_measures(
    connection: Connection,
    who: int | str,
    now: datetime,
    year: int,
    rows: Sequence[MeasureInput],
    *,
    version: int | None = None,
) -> bool:
    """Set the measures of a year in this order. One that is used stays and keeps its unit."""
    edit = Edit(connection, who, now, year, version)
    used = used_measures(connection, edit.year.id)
    old = {row.code: row for row in stored.measures(connection, edit.year.id)}
    codes = edit.codes(rows, old)
    names, units = Names(edit.problems), Names(edit.problems)
    names.take_codes(rows)
    values: list[dict[str, Any]] = []
    for number, (row, code) in enumerate(zip(rows, codes, strict=True)):
        key = f"rows-{number}-"
        label, unit_name = edit.label(number, row.label, 120), clean(row.unit)
        if not unit_name or len(unit_name) > 40:
            edit.problems[f"{key}unit"] = _("Hãy ghi đơn vị tính, tối đa 40 ký tự.")
        aliases, unit_aliases = listed(row.aliases), listed(row.unit_aliases)
        for name in (label, *aliases):
            names.take(f"{key}{'label' if name == label else 'aliases'}", name, number)
        for name in (unit_name, *unit_aliases):
            # Two measures may share a unit, but one spelling must not mean two units.
            units.take(f"{key}{'unit' if name == unit_name else 'unit_aliases'}", name, unit_name)
        highest = (
            edit.integer(f"{key}outlier_above", row.outlier_above, 1, 10**15) if row.outlier_above.strip() else None
        )
        before = old.get(code)
        if before is not None and before.id in used and before.unit != unit_name:
            edit.problems[f"{key}unit"] = _(
                "Chỉ số này đã có số liệu tính bằng «%(unit)s» nên không đổi đơn vị được.", unit=before.unit
            )
        values.append(
            {
                "code": code,
                "label": label,
                "unit": unit_name,
                "aliases": aliases,
                "unit_aliases": unit_aliases,
                "outlier_above": None if highest is None else Decimal(highest),
                "position": number,
            }
        )
    edit.keep_used(old, codes, lambda row: row.id in used, _("chỉ số"), _("có số liệu"))
    return edit.store(measure, old, values, events.MeasuresEdited)


def set_items(
    connection: Connection,
    who: int | str,
    now: datetime,
    year: int,
    rows: Sequence[ItemInput],
    *,
    version: int | None = None,
) -> bool:
    """Set what each item of the registration form is called and how it is asked for. Which items there are is fixed."""
    edit = Edit(connection, who, now, year, version)
    old = stored.items(connection, edit.year.id)
    if sorted(row.code for row in rows) != sorted(old):
        edit.problems["rows"] = _("Phiếu đăng ký luôn có chín mục này. Hãy tải lại trang rồi sửa lại.")
    edit.stop_at_problems()
    names = Names(edit.problems)
    values: list[dict[str, Any]] = []
    for number, row in enumerate(rows):
        key = f"rows-{number}-"
        label = edit.label(number, row.label, 120)
        names.take(f"{key}label", label, number)
        prose = {
            name: edit.prose(f"{key}{name}", written, _LONGEST_PROSE)
            for name, written in (("guidance", row.guidance), ("good", row.good), ("bad", row.bad))
        }
        most = LONGEST_NAME if row.code == "name" else LONGEST_ITEM
        length = edit.integer(f"{key}max_length", row.max_length, 1, most)
        values.append({"code": row.code, "label": label, **prose, "max_length": length})
    return edit.store(form_item, old, values, events.ItemsEdited)


def _concluded(connection: Connection, year_id: int) -> bool:
    statement = (
        sa.select(inspection.c.id)
        .join(emulation_model, emulation_model.c.id == inspection.c.model_id)
        .where(emulation_model.c.year_id == year_id, inspection.c.concluded_at.is_not(None))
    )
    return connection.execute(statement.limit(1)).first() is not None
