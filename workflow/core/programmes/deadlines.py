"""Kinds of report and reminder steps of a programme year, as they are kept and as a new year gets them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core.programmes.report_sections import default_sections
from workflow.core.programmes.terms import ProgrammeDefaults
from workflow.core.programmes.year import ReminderStep, ReportKind
from workflow.ground.schema import programme_year, reminder_step, report_kind


def write_defaults(connection: Connection, year_id: int, year: int, defaults: ProgrammeDefaults) -> None:
    """Give a year without any the kinds of report and the reminder steps of `config/programme.toml`."""
    kinds = [
        {
            "year_id": year_id,
            "code": one.code,
            "kind": one.kind,
            "label": one.label,
            "due_on": one.due.in_year(year),
            "period_from": one.first.in_year(year),
            "period_to": one.last.in_year(year),
            "opens_days": one.opens_days,
            "owed_by": {
                "levels": list(one.owed_by.levels),
                "kinds": list(one.owed_by.kinds),
                "roles": list(one.owed_by.roles),
                "called_by": one.owed_by.called_by,
            },
            "sections": list(one.sections or default_sections(one.kind)),
            "position": i,
        }
        for i, one in enumerate(defaults.obligations)
    ]
    if kinds:
        connection.execute(sa.insert(report_kind), kinds)
    steps = [
        {
            "year_id": year_id,
            "days": step.days,
            "recipients": ",".join(step.recipients),
            "with_list_of_late": step.with_list_of_late,
        }
        for step in defaults.reminder_steps
    ]
    if steps:
        connection.execute(sa.insert(reminder_step), steps)


def copy(
    connection: Connection, source_id: int, source: int, year_id: int, year: int, defaults: ProgrammeDefaults
) -> None:
    """Give a year the kinds and steps of another one, the days moved; the defaults where that one has neither."""
    kinds = report_kinds(connection, source_id)
    steps = reminder_steps(connection, source_id)
    if not (kinds or steps):
        write_defaults(connection, year_id, year, defaults)
        return
    if kinds:
        days = ("due_on", "period_from", "period_to")
        connection.execute(
            sa.insert(report_kind),
            [
                {
                    **{name: value for name, value in asdict(row).items() if name != "id"},
                    **{name: moved(getattr(row, name), year - source) for name in days},
                    "label": row.label.replace(str(source), str(year)),
                    "year_id": year_id,
                }
                for row in kinds
            ],
        )
    if steps:
        connection.execute(
            sa.insert(reminder_step),
            [{**{k: v for k, v in asdict(row).items() if k != "id"}, "year_id": year_id} for row in steps],
        )


def begin(connection: Connection, today: date, defaults: ProgrammeDefaults) -> int:
    """Give the present and later years that were started without reminder steps and kinds of report the defaults; how many."""
    years = connection.execute(
        sa.select(programme_year.c.id, programme_year.c.year).where(
            programme_year.c.year >= today.year,
            ~sa.exists().where(reminder_step.c.year_id == programme_year.c.id),
            ~sa.exists().where(report_kind.c.year_id == programme_year.c.id),
        )
    ).all()
    for row in years:
        write_defaults(connection, row.id, row.year, defaults)
    return len(years)


def report_kinds(connection: Connection, year_id: int) -> list[ReportKind]:
    """The kinds of report of a year in their order."""
    rows = connection.execute(
        sa.select(report_kind).where(report_kind.c.year_id == year_id).order_by(report_kind.c.position)
    )
    return [ReportKind(**row._mapping) for row in rows]


def reminder_steps(connection: Connection, year_id: int) -> list[ReminderStep]:
    """The reminder steps of a year, the earliest first."""
    rows = connection.execute(
        sa.select(reminder_step).where(reminder_step.c.year_id == year_id).order_by(reminder_step.c.days)
    )
    return [ReminderStep(**row._mapping) for row in rows]


def moved(day: date, years: int) -> date:
    """The same day so many years on; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
