"""Dates as a calendar program reads them (RFC 5545): whole days, stable identities, alarms, what was withdrawn struck out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import icalendar
from sqlalchemy.engine import Connection

from notifications.calendar import dates
from notifications.calendar.dates import Scope
from notifications.letters import subjects
from workflow.across.obligations.obligation import Obligation
from workflow.core.access import Actor
from workflow.ground.speech import _
from workflow.ground.vietnam_time import ZONE, local_date

MOST_EVENTS: Final = 1_000
BEHIND_DAYS: Final = 60
"""What is late for longer stands in the list of what is late, not in a calendar."""
STRUCK_OUT_DAYS: Final = 30
ALARMS: Final = (timedelta(days=-3, hours=8), timedelta(days=-1, hours=8))
"""Eight in the morning, three days before and one; default of ours."""
_PRODUCT: Final = "-//Dân vận khéo//Lịch//VI"
_REFRESH: Final = timedelta(hours=6)


def feed(connection: Connection, actor: Actor, now: datetime, scope: Scope, *, site: str, domain: str) -> bytes:
    """The person's dates under today's roles. The same dates are the same bytes, so that an unchanged calendar need not be sent.

    site: address of the pages, without a slash at its end; domain: of the installation, for identities.
    Raises NotAllowed for more than the person may see.
    """
    today = local_date(now)
    rows = dates.upcoming(connection, actor, scope, today - timedelta(days=BEHIND_DAYS), MOST_EVENTS)
    gone = dates.withdrawn_since(connection, actor, scope, now - timedelta(days=STRUCK_OUT_DAYS), MOST_EVENTS)
    calendar = icalendar.Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("Hạn “Dân vận khéo” – %(full_name)s", full_name=actor.full_name))
    calendar.add("x-wr-timezone", str(ZONE))
    calendar.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    # A name that the library does not know is written as Python writes it ("6:00:00") unless its type is given.
    calendar.add("x-published-ttl", icalendar.vDuration(_REFRESH))
    calendar.add_component(_timezone(ZONE))
    for row in _each_once(rows, gone):
        calendar.add_component(_event(connection, row, scope, site, domain))
    return bytes(calendar.to_ical())


def _each_once(*lists: Sequence[Obligation]) -> list[Obligation]:
    return list({row.id: row for rows in lists for row in rows}.values())


def _event(connection: Connection, row: Obligation, scope: Scope, site: str, domain: str) -> icalendar.Event:
    link = site + subjects.path(row)
    name = subjects.name(connection, row, outside=True)
    withdrawn: datetime | None = row.withdrawn_at
    event = icalendar.Event()
    event.add("uid", f"viec-{row.id}@{domain}")
    event.add("dtstamp", (withdrawn or row.opened_at).astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", row.due_on)
    event.add("dtend", row.due_on + timedelta(days=1))
    # An end counts like a move: programs keep what has the higher number.
    event.add("sequence", row.sequence + (1 if withdrawn else 0))
    event.add("status", "CANCELLED" if withdrawn else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    title = name if scope == "mine" else f"{name} – {row.unit_name}"
    # Not every program heeds the status.
    event.add("summary", _("Đã rút: %(title)s", title=title) if withdrawn else title)
    event.add("description", _description(row, link))
    event.add("url", link)
    if withdrawn is None:
        for before in ALARMS:
            event.add_component(_alarm(name, before))
    return event


def _description(row: Obligation, link: str) -> str:
    said = [_("Đơn vị: %(unit_name)s.", unit_name=row.unit_name)]
    if row.withdrawn_at is not None:
        said.append(_("Không còn phải làm việc này."))
    elif row.due_stated != row.due_on:
        said.append(_("Hạn chuyển sang ngày làm việc kế tiếp vì %(day)s là ngày nghỉ.", day=_day(row.due_stated)))
    return "\n".join([*said, link])


def _alarm(name: str, before: timedelta) -> icalendar.Alarm:
    alarm = icalendar.Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", before)
    alarm.add("description", _("Sắp đến hạn: %(name)s", name=name))
    return alarm


def _day(day: date) -> str:
    return f"{day.day}/{day.month}"


def _timezone(zone: ZoneInfo) -> icalendar.Timezone:
    """The zone by its present rule: it has had no summer time since long before any date of ours."""
    offset = datetime(2024, 1, 1, tzinfo=zone).utcoffset()
    standard = icalendar.TimezoneStandard()
    standard.add("dtstart", datetime(1975, 6, 13))  # noqa: DTZ001 - in a VTIMEZONE times are local
    standard.add("tzoffsetfrom", offset)
    standard.add("tzoffsetto", offset)
    standard.add("tzname", "+07")
    described = icalendar.Timezone()
    described.add("tzid", str(zone))
    described.add_component(standard)
    return described
