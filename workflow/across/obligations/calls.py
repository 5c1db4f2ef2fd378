"""Calls for reports: opened in a minute by those who collect, moved and withdrawn. Those of the year are in `due_calls.py`.

A call lets an obligation come to be for every unit that owes. Whoever tells people of it does so in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.across.obligations import due, life, selector
from workflow.across.obligations.call_events import CallMoved, CallOpened, CallWithdrawn, Dates
from workflow.across.obligations.life import OPEN
from workflow.across.obligations.selector import USUAL_ROLES, Selector
from workflow.across.obligations.working_days import roll
from workflow.core import access, history
from workflow.core.access import Actor, Grant
from workflow.core.events import Changed
from workflow.core.people import units
from workflow.core.people.unit import Unit
from workflow.core.programmes import stored
from workflow.core.programmes.report_sections import default_sections, every_section
from workflow.ground.dialects import locked
from workflow.ground.reading.dates import DateUnreadable, parse_date_vi
from workflow.ground.reading.text import clean
from workflow.ground.refusals import Conflict, InvalidInput, NotFound, NotPossible
from workflow.ground.schema import obligation, report_call, unit
from workflow.ground.speech import _
from workflow.ground.vietnam_time import local_date

CALLERS: Final = frozenset({"staff", "commune_reviewer", "district_reviewer", "province_reviewer", "leader"})
"""Who may call for reports from the units below their own."""
AD_HOC: Final = "ad_hoc"
LONGEST_LABEL: Final = 200
LONGEST_INSTRUCTIONS: Final = 10_000


@dataclass(frozen=True, slots=True)
class CallInput:
    """A call as somebody words it. unit: code of the unit that calls; due: a date or as people write it.

    to: who owes it, by level and kind; None when `units` names them by their codes. period: empty for the year. sections: of the
    report, empty for those usual in an ad-hoc one.
    """

    year: int
    unit: str
    label: str
    due: date | str
    instructions: str = ""
    to: Selector | None = None
    units: tuple[str, ...] = ()
    roles: tuple[str, ...] = USUAL_ROLES
    period_from: date | str = ""
    period_to: date | str = ""
    sections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Owing:
    """One unit that would owe. held: somebody holds a role in which it is owed."""

    id: int
    code: str
    name: str
    held: bool


@dataclass(frozen=True, slots=True)
class CallPlan:
    """What a call would do. due_on: the stated day or, when that is no working day, the next one."""

    year_id: int
    unit_id: int
    unit_name: str
    due_stated: date
    due_on: date
    period_from: date
    period_to: date
    units: tuple[Owing, ...]

    @property
    def rolled(self) -> bool:
        """Whether the stated day is a day off."""
        return self.due_on != self.due_stated


@dataclass(frozen=True, slots=True)
class Called:
    """What came of a call: obligations are those that are now owed or were moved, for people to be told."""

    call_id: int
    due_on: date
    obligations: tuple[int, ...] = field(default=())


def plan_call(connection: Connection, who: int | str, now: datetime, command: CallInput) -> CallPlan:
    """What `open_call` would do, without doing it. Raises InvalidInput by field, NotAllowed, NotFound."""
    return _planned(connection, access.actor(connection, who, now), now, command)[0]


def open_call(connection: Connection, who: int | str, now: datetime, command: CallInput) -> Called:
    """Call for a report of one's own wording. Raises InvalidInput by field, NotAllowed, NotFound."""
    actor = access.actor(connection, who, now)
    plan, grant = _planned(connection, actor, now, command)
    call_id: int = connection.execute(
        sa.insert(report_call)
        .values(
            year_id=plan.year_id,
            unit_id=plan.unit_id,
            label=clean(command.label),
            instructions=command.instructions.strip(),
            period_from=plan.period_from,
            period_to=plan.period_to,
            due_stated=plan.due_stated,
            due_on=plan.due_on,
            sections=list(command.sections or default_sections(AD_HOC)),
            opened_at=now,
            opened_by=actor.account_id,
            sample=False,
        )
        .returning(report_call.c.id)
    ).scalar_one()
    call = connection.execute(CALL.where(report_call.c.id == call_id)).one()
    ids = owe(connection, now, call, [one.id for one in plan.units], command.roles)
    units = tuple(one.code for one in plan.units)
    opened = CallOpened(call.label, plan.due_stated, plan.due_on, units, tuple(command.roles))
    history.record(connection, history.acting(actor, grant), now, call_id, opened)
    return Called(call_id, plan.due_on, tuple(ids))


def move_due(
    connection: Connection,
    who: int | str,
    now: datetime,
    call_id: int,
    new_day: date | str,
    version: int | None = None,
) -> Called:
    """Give a call another due date. The reports still owed move with it; those handed in stay as they are.

    version: of the call as the caller saw it. Raises Conflict, InvalidInput, NotAllowed, NotFound, NotPossible.
    """
    actor, call, grant = held_call(connection, who, now, call_id, version, to=_("dời hạn báo cáo"))
    day = due.stated(new_day, now)
    due_on = roll(connection, day)
    if (day, due_on) == (call.due_stated, call.due_on):
        raise InvalidInput({"due": _("Hạn đang là ngày này rồi.")})
    # A report that was given back may have this very date already: nothing changes for it.
    ids = open_ids(connection, call_id, sa.or_(obligation.c.due_stated != day, obligation.c.due_on != due_on))
    life.move(connection, now, ids, day)
    _change(connection, call, {"due_stated": day, "due_on": due_on})
    moved = CallMoved(Dates(Changed(call.due_stated, day), Changed(call.due_on, due_on)))
    history.record(connection, history.acting(actor, grant), now, call_id, moved)
    return Called(call_id, due_on, tuple(ids))


def withdraw(
    connection: Connection,
    who: int | str,
    now: datetime,
    call_id: int,
    *,
    reason: str,
    version: int | None = None,
) -> Called:
    """Call a call off: what was not handed in is no longer owed. Raises Conflict, InvalidInput, NotAllowed, NotFound."""
    actor, call, grant = held_call(connection, who, now, call_id, version, to=_("thu hồi yêu cầu báo cáo"))
    why = clean(reason)
    if not why or len(why) > 1000:
        raise InvalidInput({"reason": _("Hãy ghi lý do, tối đa 1000 ký tự.")})
    ids = open_ids(connection, call_id)
    life.withdraw_many(connection, now, ids)
    _change(connection, call, {"withdrawn_at": now})
    history.record(connection, history.acting(actor, grant, reason=why), now, call_id, CallWithdrawn(len(ids)))
    return Called(call_id, call.due_on, tuple(ids))


def held_call(
    connection: Connection, who: int | str, now: datetime, call_id: int, version: int | None, *, to: str
) -> tuple[Actor, sa.Row[Any], Grant]:
    """The person, the call locked, and the grant by which they change it. Raises Conflict, NotAllowed, NotFound, NotPossible."""
    actor = access.actor(connection, who, now)
    call = _row(connection, call_id, lock=True)
    if call is None or not any(grant.covers(call.unit_path) for grant in actor.grants):
        raise unseen(call_id)
    grant = actor.require(CALLERS, call.unit_path, to=to)
    if call.withdrawn_at is not None:
        raise NotPossible(_("Yêu cầu báo cáo này đã thu hồi."), guard="call", code="call_withdrawn")
    if version is not None and version != call.version:
        raise Conflict(
            _("Người khác vừa thay đổi yêu cầu báo cáo này. Hãy tải lại để xem thay đổi rồi làm lại."), guard="version"
        )
    return actor, call, grant


def unseen(call_id: int) -> NotFound:
    """There is no such call, or it is out of somebody's scope: the two look the same."""
    return NotFound(_("Không có yêu cầu báo cáo số %(call_id)s trong phạm vi của bạn.", call_id=call_id), guard="call")


def open_ids(connection: Connection, call_id: int, *where: sa.ColumnElement[bool]) -> list[int]:
    """Obligations of a call that are still owed, those of which this is so (index ix_obligation_call_id_unit_id)."""
    statement = sa.select(obligation.c.id).where(obligation.c.call_id == call_id, OPEN, *where)
    return list(connection.execute(statement.order_by(obligation.c.id)).scalars())


def _planned(connection: Connection, actor: Actor, now: datetime, command: CallInput) -> tuple[CallPlan, Grant]:
    caller = _caller(connection, actor, command.unit)
    grant = actor.require(CALLERS, caller.path, to=_("yêu cầu báo cáo"))
    year = stored.year(connection, command.year)
    problems: dict[str, str] = {}
    label = clean(command.label)
    if not label or len(label) > LONGEST_LABEL:
        problems["label"] = _("Hãy đặt tên báo cáo, tối đa %(longest)s ký tự.", longest=LONGEST_LABEL)
    if len(command.instructions) > LONGEST_INSTRUCTIONS:
        problems["instructions"] = _("Nội dung yêu cầu dài quá %(longest)s ký tự.", longest=LONGEST_INSTRUCTIONS)
    if not set(command.sections) <= {section.id for section in every_section()}:
        problems["sections"] = _("Báo cáo không có phần này. Hãy chọn lại.")
    first = _day(command.period_from, date(year.year, 1, 1), "period_from", problems)
    last = _day(command.period_to, date(year.year, 12, 31), "period_to", problems)
    if last < first:
        problems["period_to"] = _("Ngày cuối kỳ báo cáo phải từ ngày đầu kỳ trở đi.")
    day = local_date(now)
    try:
        day = due.stated(command.due, now)
    except InvalidInput as invalid:
        problems.update(invalid.problems)
    found = _owing(connection, command, caller, local_date(now), problems)
    if problems:
        raise InvalidInput(problems)
    vacant = selector.without_holder(connection, [row.id for row in found], command.roles, local_date(now))
    plan = CallPlan(
        year.id,
        caller.id,
        caller.name,
        day,
        roll(connection, day),
        first,
        last,
        tuple(Owing(row.id, row.code, row.name, row.id not in vacant) for row in found),
    )
    return plan, grant


def _caller(connection: Connection, actor: Actor, code: str) -> Unit:
    caller = units.by_code(connection, code)
    if not any(grant.covers(caller.path) for grant in actor.grants):
        raise NotFound(_("Không có đơn vị mã «%(code)s».", code=clean(code)[:60]), guard="unit")
    return caller


def _owing(
    connection: Connection, command: CallInput, caller: Unit, today: date, problems: dict[str, str]
) -> list[Unit]:
    if command.to is not None:
        found = selector.owing(connection, caller, command.to, today)
        if not found:
            problems["units"] = _("Không có đơn vị nào thuộc cấp và loại đã chọn. Hãy chọn lại.")
        return found
    found, unknown = selector.chosen(connection, caller, command.units, today)
    if not command.units:
        problems["units"] = _("Hãy chọn đơn vị phải báo cáo.")
    elif unknown:
        problems["units"] = _(
            "Đơn vị %(codes)s không thuộc «%(name)s» hoặc đã thôi hoạt động. Hãy bỏ khỏi danh sách.",
            codes=", ".join(code[:60] for code in unknown[:5]),
            name=caller.name,
        )
    return found


def _day(written: date | str, otherwise: date, name: str, problems: dict[str, str]) -> date:
    if not written:
        return otherwise
    try:
        return parse_date_vi(written)
    except DateUnreadable as unreadable:
        problems[name] = unreadable.message
        return otherwise


def owe(
    connection: Connection, now: datetime, call: sa.Row[Any], unit_ids: Sequence[int], roles: Sequence[str]
) -> list[int]:
    """Let these units owe what is called for; the ids of what came to be."""
    rows = [
        {
            "key": f"report:{call.id}:{unit_id}",
            "year_id": call.year_id,
            "subject": "report",
            "call_id": call.id,
            "unit_id": unit_id,
            "roles": ",".join(roles),
            "collector_id": call.unit_id,
            "due_stated": call.due_stated,
            "due_on": call.due_on,
            "opened_at": now,
        }
        for unit_id in unit_ids
    ]
    added = life.insert_missing(connection, rows)
    if added:
        connection.execute(
            sa.update(report_call).where(report_call.c.id == call.id).values(units=report_call.c.units + len(added))
        )
    return added


CALL = sa.select(report_call, unit.c.path.label("unit_path"), unit.c.name.label("unit_name")).join(
    unit, unit.c.id == report_call.c.unit_id
)


def _row(connection: Connection, call_id: int, *, lock: bool = False) -> sa.Row[Any] | None:
    statement = CALL.where(report_call.c.id == call_id)
    return connection.execute(locked(statement, report_call) if lock else statement).first()


def _change(connection: Connection, call: sa.Row[Any], values: Mapping[str, Any]) -> None:
    connection.execute(
        sa.update(report_call).where(report_call.c.id == call.id).values(**values, version=call.version + 1)
    )
