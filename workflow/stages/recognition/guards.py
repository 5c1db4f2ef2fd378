"""The conditions of recognition: a complete dossier, an independent decision, a number that is free.

A guard reads, never writes, and answers with a sentence or None. While probing it leaves out what the form is going to ask.
"""

from __future__ import annotations

import sqlalchemy as sa

from workflow.core.engine.context import Context
from workflow.core.engine.rules import among, guard
from workflow.ground.schema import (
    decision,
    unit,
)
from workflow.ground.speech import _
from workflow.stages.recognition import dossier
from workflow.stages.review import result as review_result


@guard
def dossier_complete(context: Context) -> str | None:
    gaps = dossier.gaps(context.connection, context.model, context.facts.get("submission"))
    if gaps:
        return _("Hồ sơ trình còn thiếu: %(gaps)s.", gaps=", ".join(gaps))
    return None


@guard
def dossier_counts_agree(context: Context) -> str | None:
    differences = dossier.differences(context.connection, context.model.submission_id)
    if differences:
        return " ".join(differences)
    return None


@guard
def not_proposer(context: Context) -> str | None:
    if among(context, context.model.proposers):
        return _("Bạn (hoặc người bạn thay mặt) đã trình mô hình này nên không được tự công nhận. Hãy nhờ người khác.")
    return None


@guard
def decision_number_free(context: Context) -> str | None:
    return dossier.decision_problem(context)


@guard
def commune_review_supports(context: Context) -> str | None:
    result = review_result.latest(context.connection, context.model.id)
    if result is None or not result.closed or not (result.quorum and result.carried):
        return _("Không có kết quả bình xét cấp xã ủng hộ nên không thể giữ danh hiệu cấp xã.")
    return None


@guard
def recognised_by_own_body(context: Context) -> str | None:
    issuer = context.connection.execute(
        sa.select(decision.c.issuer_id).where(decision.c.id == context.model.decision_id)
    ).scalar()
    if issuer is None:
        result = review_result.latest(context.connection, context.model.id)
        issuer = result.unit_id if result else None
    seen: set[int] = set()
    while issuer is not None and issuer not in seen:
        if issuer == context.grant.unit_id:
            return None
        seen.add(issuer)
        issuer = context.connection.execute(sa.select(unit.c.successor_id).where(unit.c.id == issuer)).scalar()
    return _("Chỉ cơ quan đã công nhận, hoặc cơ quan kế thừa, mới được thu hồi.")
