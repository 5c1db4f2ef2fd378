"""The conditions of the commune review: on an agenda, the meeting closed, its quorum and majority.

A guard reads, never writes, and answers with a sentence or None. While probing it leaves out what the form is going to ask.
"""

from __future__ import annotations

from workflow.core.engine.context import Context
from workflow.core.engine.rules import guard
from workflow.ground.speech import _
from workflow.stages.review import result as review_result


@guard
def reviewed_at_commune(context: Context) -> str | None:
    if context.model.unit_level == context.definition.recognising_level:
        return _("Đơn vị đăng ký không thuộc xã nào nên mô hình không qua bình xét cấp xã mà trình thẳng cấp trên.")
    return None


@guard
def decided_above_commune(context: Context) -> str | None:
    if context.model.unit_level != context.definition.recognising_level:
        return _("Mô hình của đơn vị thuộc xã phải qua bình xét cấp xã trước khi trình lên trên.")
    return None


@guard
def on_agenda(context: Context) -> str | None:
    if context.facts.get("meeting") or review_result.waiting_meeting(context.connection, context.model.id):
        return None
    if context.probing and review_result.prepared_meeting_exists(context.connection, context.model.unit_path):
        return None
    return _("Mô hình chưa có trong chương trình của phiên bình xét nào. Hãy lập phiên bình xét và đưa mô hình vào.")


@guard
def meeting_closed(context: Context) -> str | None:
    result = review_result.latest(context.connection, context.model.id)
    if result is None or not result.closed:
        return _("Phiên bình xét chưa kết thúc. Hãy ghi đủ phiếu và kết thúc phiên trước.")
    return None


@guard
def quorum_met(context: Context) -> str | None:
    result = review_result.latest(context.connection, context.model.id)
    if result is not None and result.closed and not result.quorum:
        return _(
            "Phiên bình xét không đủ thành phần: có mặt %(present)s/%(members)s, cần %(needed_present)s. Hãy họp lại.",
            present=result.present,
            members=result.members,
            needed_present=result.needed_present,
        )
    return None


@guard
def votes_over_threshold(context: Context) -> str | None:
    result = review_result.latest(context.connection, context.model.id)
    if result is not None and result.closed and result.quorum and not result.carried:
        return _(
            "Mô hình được %(votes_for)s/%(members)s phiếu, cần ít nhất %(needed_votes)s trên tổng số thành viên.",
            votes_for=result.votes_for,
            members=result.members,
            needed_votes=result.needed_votes,
        )
    return None
