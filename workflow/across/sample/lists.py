"""The sample's registrations as their offices hand them in: a spreadsheet a day, imported by the district's staff."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from sqlalchemy.engine import Connection

from config.sample.content import content
from config.sample.records import CommuneModel, DistrictRow
from workflow.across.documents.import_registrations import import_list
from workflow.across.documents.registration_columns import KIND_WORDS, ORIGIN_WORDS, Column, columns_of
from workflow.across.documents.registrations_template import SHEET_NAME
from workflow.across.documents.workbook_export import ColumnSpec, SheetSpec, write_workbook
from workflow.across.sample.calendar import moment
from workflow.core.programmes import stored
from workflow.core.programmes.defaults import standard_defaults

_HOUR = 9


def register(connection: Connection) -> Mapping[str, str]:
    """Import every list on its day. Returns the code of each model by its name, which no two models of the sample share."""
    sample = content()
    files: list[tuple[date, str, Sequence[Mapping[str, str]]]] = []
    for day in sorted({row.registered_on for row in sample.district_rows}):
        bare = [_bare(row) for row in sample.district_rows if row.registered_on == day]
        files.append((day, sample.district.importer, bare))
    for day in sorted({model.registered_on for model in sample.commune.rows}):
        full = [_full(model) for model in sample.commune.rows if model.registered_on == day]
        files.append((day, sample.commune.importer, full))
    columns = columns_of(connection, stored.year(connection, sample.commune.year).id).values()
    codes: dict[str, str] = {}
    for day, who, rows in sorted(files, key=lambda file: file[:2]):
        report = import_list(
            connection, who, moment(day, _HOUR), workbook(rows, columns), sample.commune.year, sample=True
        )
        if report.refused:
            first = report.refused[0]
            raise RuntimeError(f"the sample's list of {day} is refused: {first}")
        codes.update(zip((row["name"] for row in rows), report.codes, strict=True))
    return codes


def workbook(rows: Sequence[Mapping[str, str]], columns: Collection[Column]) -> bytes:
    """A list as the template has it, with the columns that some row uses. rows: column key → text."""
    used = [column for column in columns if any(row.get(column.key) for row in rows)]
    heads = [ColumnSpec(column.title, width=column.width, required=column.required) for column in used]
    target = io.BytesIO()
    cells = [[row.get(column.key, "") for column in used] for row in rows]
    write_workbook(target, [SheetSpec(SHEET_NAME, heads, cells)])
    return target.getvalue()


def _bare(row: DistrictRow) -> dict[str, str]:
    """What a district office's own list holds, and no more."""
    return {
        "name": row.name,
        "field": row.field_text,
        "kind": row.kind_text,
        "unit": row.unit_name,
        "unit_code": row.unit_code,
        "person": row.person,
    }


def _full(model: CommuneModel) -> dict[str, str]:
    """A complete registration form in one row of the template."""
    labels = {measure.code: measure.label for measure in standard_defaults().measures}
    targets = (
        f"{labels[target.measure]}: {target.quantity}" + (f" ({target.note})" if target.note else "")
        for target in model.targets
    )
    return {
        "name": model.name,
        "field": model.field_text,
        "kind": KIND_WORDS[model.kind],
        "unit": model.unit_name,
        "unit_code": model.unit_code,
        "person": model.person,
        "representative_position": model.position,
        "origin": ORIGIN_WORDS[model.origin],
        "targets": "; ".join(targets),
        "public": "Có" if model.public else "",
        **model.items,
    }
