"""Reports of the sample year: some units hand in early, some late, one has to mend its report, some have not written a word.

What they write is invented; the figures are counted as of the day each of them handed in.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.across.reports import commands as reports
from workflow.across.reports import prefill
from workflow.across.reports import view as reports_view
from workflow.across.sample.calendar import moment, working_day_after
from workflow.core import access
from workflow.ground.schema import assignment, obligation, report_call, unit
from workflow.ground.validity import valid_on
from workflow.ground.vietnam_time import local_date

# Days after the due date on which units hand in, one after the other; None has not written yet.
_DAYS: Final = (-6, -4, -2, None, -1, 0, 2, -3, 0, -1, None, -5, 3)
_RETURNED: Final = 4
"""The place of the one whose report is given back."""
_WAITING: Final = (2, 5, 6)
"""Places of those whose report waits for a decision."""

_SETTLED_AFTER: Final = timedelta(days=30)
"""By then everything is decided and what was given back came again."""

_TEXTS: Final = {
    "situation": "Nhân dân đồng thuận, các chi bộ và đoàn thể vào cuộc đều; một số bản xa trung tâm đi lại còn khó.",
    "leadership": "Ban Chỉ đạo ban hành kế hoạch từ đầu năm, phân công từng thành viên theo dõi thôn, bản; họp giao ban hằng"
    " tháng, kiểm tra thực tế trước khi bình xét.",
    "results": "Cách làm nổi bật: để người dân tự bàn mức đóng góp, công khai thu chi tại nhà văn hóa, cán bộ làm trước.",
    "shortcomings": "Vài mô hình đăng ký trễ, tên chưa sát nội dung. Nguyên nhân: cán bộ kiêm nhiệm, sổ sách ghi ngày công"
    " chưa đều.",
    "lessons": "Việc gì dân bàn kỹ thì làm nhanh; mỗi mô hình cần một người chịu trách nhiệm rõ ràng.",
    "tasks": "Hoàn thành các mô hình đang thực hiện, kiểm tra trước khi bình xét, chọn mô hình tốt để nhân rộng sang bản bên.",
    "proposals": "Đề nghị cấp trên hỗ trợ xi măng cho các tuyến đường dân đã hiến đất.",
}


def live_through(connection: Connection, now: datetime, call_id: int) -> None:
    """Let the units of a call write and hand in until `now`, and those who collect decide; who has no officer is silent."""
    call = connection.execute(
        sa.select(report_call.c.due_on, unit.c.path)
        .join(unit, unit.c.id == report_call.c.unit_id)
        .where(report_call.c.id == call_id)
    ).one()
    writers = _writers(connection, call_id, local_date(now))
    deciders = [row.account_id for row in _holders(connection, ["staff"], [call.path], local_date(now))]
    if not deciders:
        return
    settled = local_date(now) - call.due_on > _SETTLED_AFTER
    for place, (obligation_id, writer) in enumerate(writers):
        days = _DAYS[place % len(_DAYS)]
        if days is None:
            continue
        at = moment(call.due_on + timedelta(days=days), 9, place)
        if at < now:
            _hand_in(connection, obligation_id, writer, at)
            decided = moment(working_day_after(local_date(at)), 10, place)
            decider = deciders[place % len(deciders)]
            if decided >= now or (place in _WAITING and not settled):
                continue
            _decide(connection, obligation_id, decider, decided, place == _RETURNED)
            if place == _RETURNED and settled:
                again = moment(working_day_after(local_date(decided)), 9, place)
                _hand_in(connection, obligation_id, writer, again)
                _decide(connection, obligation_id, decider, again + timedelta(hours=5), returned=False)


def _writers(connection: Connection, call_id: int, day: date) -> list[tuple[int, int]]:
    """Obligations of a call with the account that writes for the unit, in the order of the units' codes."""
    rows = connection.execute(
        sa.select(obligation.c.id, obligation.c.roles, unit.c.path)
        .join(unit, unit.c.id == obligation.c.unit_id)
        .where(obligation.c.call_id == call_id)
        .order_by(unit.c.code)
    ).all()
    found = []
    for row in rows:
        holders = _holders(connection, row.roles.split(","), [row.path], day)
        if holders:
            found.append((row.id, holders[0].account_id))
    return found


def _holders(connection: Connection, roles: Sequence[str], paths: Sequence[str], day: date) -> Sequence[sa.Row[Any]]:
    """Accounts that hold one of the roles at the very units with these paths."""
    return connection.execute(
        sa.select(assignment.c.account_id)
        .join(unit, unit.c.id == assignment.c.unit_id)
        .where(
            unit.c.path.in_(paths),
            assignment.c.role.in_(roles),
            assignment.c.deputy_for_id.is_(None),
            valid_on(assignment, day),
        )
        .order_by(assignment.c.id)
    ).all()


def _hand_in(connection: Connection, obligation_id: int, writer: int, at: datetime) -> None:
    actor = access.actor(connection, writer, at)
    seen = reports_view.view(connection, actor, obligation_id)
    known = prefill.prefill(connection, actor, obligation_id, at)
    texts = {
        section.id: "\n".join(
            text for text in (known.suggested.sections.get(section.id, ""), _TEXTS.get(section.id, "")) if text
        )
        for section in seen.sections
    }
    words = {doubt.id: "Đã đối chiếu với sổ theo dõi." for doubt in known.doubts}
    reports.save(connection, writer, at - timedelta(hours=1), obligation_id, texts, words=words)
    reports.submit(connection, writer, at, obligation_id)


def _decide(connection: Connection, obligation_id: int, decider: int, at: datetime, returned: bool) -> None:
    if returned:
        day = working_day_after(local_date(at) + timedelta(days=5))
        why = "Phần kết quả chưa nêu số hộ tham gia và ngày công của từng mô hình; đề nghị bổ sung."
        reports.return_(connection, decider, at, obligation_id, why, day)
    else:
        reports.accept(connection, decider, at, obligation_id)
