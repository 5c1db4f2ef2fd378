"""The conditions of implementation: a plan to start on, results and evidence to be inspected.

A guard reads, never writes, and answers with a sentence or None. While probing it leaves out what the form is going to ask.
"""

from __future__ import annotations

from workflow.core.engine.context import Context
from workflow.core.engine.rules import exists, guard
from workflow.ground.schema import (
    attachment,
    plan,
    quantity,
    results_report,
)
from workflow.ground.speech import _


@guard
def plan_recorded(context: Context) -> str | None:
    if context.will_ask("plan") or (context.facts.get("plan") and context.facts.get("start_date")):
        return None
    if exists(context, plan.c.model_id == context.model.id):
        return None
    return _("Chưa có kế hoạch thực hiện và ngày bắt đầu. Hãy nhập kế hoạch.")


@guard
def results_recorded(context: Context) -> str | None:
    if context.will_ask("results") or context.facts.get("results"):
        return None
    if exists(context, quantity.c.model_id == context.model.id, quantity.c.purpose == "result"):
        return None
    return _("Chưa có kết quả nào bằng số. Hãy nhập ít nhất một kết quả (ví dụ: ngày công, tiền mặt, lượt người).")


@guard
def evidence_attached(context: Context) -> str | None:
    if context.will_ask("evidence_note") or context.facts.get("evidence_note"):
        return None
    if exists(
        context,
        attachment.c.model_id == context.model.id,
        attachment.c.purpose == "evidence",
        attachment.c.removed_at.is_(None),
    ) or exists(context, results_report.c.model_id == context.model.id, results_report.c.evidence_note != ""):
        return None
    return _("Chưa có minh chứng. Hãy đính kèm ảnh, văn bản hoặc ghi rõ minh chứng được lưu ở đâu.")
