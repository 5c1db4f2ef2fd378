"""The conditions of inspection: a complete record, enough inspectors, nobody of the registrant's own unit.

A guard reads, never writes, and answers with a sentence or None. While probing it leaves out what the form is going to ask.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from workflow.core import access
from workflow.core.engine.context import Context
from workflow.core.engine.rules import guard
from workflow.ground.schema import (
    criterion,
    inspection,
    inspection_member,
    score,
)
from workflow.ground.speech import _, spoken_day


def _open_inspection(context: Context) -> sa.Row[Any] | None:
    return context.connection.execute(
        sa.select(inspection).where(inspection.c.model_id == context.model.id, inspection.c.concluded_at.is_(None))
    ).first()


def _members(context: Context, inspection_id: int) -> list[int]:
    return list(
        context.connection.execute(
            sa.select(inspection_member.c.account_id).where(inspection_member.c.inspection_id == inspection_id)
        ).scalars()
    )


@guard
def inspection_recorded(context: Context) -> str | None:
    if _open_inspection(context) is None:
        return _("Chưa có biên bản kiểm tra. Hãy lập biên bản trước khi kết luận.")
    return None


@guard
def enough_inspectors(context: Context) -> str | None:
    record = _open_inspection(context)
    needed = context.year().min_inspectors if record is not None else 0
    if record is not None and len(_members(context, record.id)) < needed:
        return _(
            "Đoàn kiểm tra cần ít nhất %(minimum_inspectors)s thành viên. Hãy bổ sung thành viên vào biên bản.",
            minimum_inspectors=needed,
        )
    return None


@guard
def every_criterion_scored(context: Context) -> str | None:
    record = _open_inspection(context)
    if record is None:
        return None
    unscored = list(
        context.connection.execute(
            sa.select(criterion.c.label)
            .outerjoin(score, sa.and_(score.c.criterion_id == criterion.c.id, score.c.inspection_id == record.id))
            .where(criterion.c.year_id == context.model.year_id, score.c.id.is_(None))
            .order_by(criterion.c.position)
        ).scalars()
    )
    if unscored:
        return _(
            "Còn %(count)s tiêu chí chưa chấm điểm: %(unscored)s.",
            count=len(unscored),
            unscored="; ".join(map(_, unscored)),
        )
    return None


@guard
def inspectors_independent(context: Context) -> str | None:
    record = _open_inspection(context)
    if record is None:
        return None
    members = set(_members(context, record.id))
    partial = access.belongs_to(context.connection, members, context.model.unit_id, context.today)
    if partial or context.model.person_account_id in members:
        return _("Đoàn kiểm tra có người của chính đơn vị đăng ký. Hãy thay thành viên đó.")
    return None


@guard
def actor_independent(context: Context) -> str | None:
    partial = access.belongs_to(context.connection, context.people, context.model.unit_id, context.today)
    if partial or context.model.person_account_id in context.people:
        return _("Bạn (hoặc người bạn thay mặt) thuộc đơn vị đăng ký nên không được kiểm tra mô hình này.")
    return None


@guard
def remediation_dated(context: Context) -> str | None:
    record = _open_inspection(context)
    if record is None:
        return _("Chưa có biên bản kiểm tra. Hãy lập biên bản trước khi yêu cầu khắc phục.")
    mend_by = context.facts.get("mend_by") or record.mend_by
    finding = context.facts.get("finding") or record.shortcomings
    if context.will_ask("mend_by"):
        return None
    if not finding:
        return _("Hãy ghi rõ tồn tại cần khắc phục.")
    if mend_by is None:
        return _("Hãy ghi ngày phải khắc phục xong.")
    if mend_by < context.today:
        return _("Ngày khắc phục %(mend_by)s đã qua. Hãy chọn ngày từ hôm nay trở đi.", mend_by=spoken_day(mend_by))
    return None
