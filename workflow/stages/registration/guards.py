"""The conditions of registration: a complete form, an independent reviewer, a name that is free, a reason.

A guard reads, never writes, and answers with a sentence or None. While probing it leaves out what the form is going to ask.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from workflow.core.engine.context import Context
from workflow.core.engine.rules import among, guard
from workflow.core.programmes import stored
from workflow.ground.prepared import Prepared
from workflow.ground.schema import (
    ITEMS,
    emulation_model,
    registration_form,
    unit,
)
from workflow.ground.speech import _

SHORTEST_REASON: Final = 5


def missing_items(context: Context) -> list[str]:
    """What the year calls the items of the registration form that are empty and were not waived."""
    form = context.connection.execute(
        sa.select(registration_form).where(registration_form.c.model_id == context.model.id)
    ).first()
    if form is None:
        missing = list(ITEMS)
    else:
        waived = set(form.waived)
        missing = [item for item in ITEMS if not form._mapping[item].strip() and item not in waived]
    labels = stored.item_labels(context.connection, context.year().id) if missing else {}
    return [labels[item] for item in missing]


@guard
def items_filled(context: Context) -> str | None:
    missing = missing_items(context)
    if missing:
        return _(
            "Phiếu đăng ký còn thiếu %(count)s mục: %(missing)s. Hãy điền rồi gửi lại.",
            count=len(missing),
            missing="; ".join(missing),
        )
    return None


@guard
def not_submitter(context: Context) -> str | None:
    if among(context, context.model.submitters) or context.model.person_account_id in context.people:
        return _("Bạn (hoặc người bạn thay mặt) đã gửi phiếu này nên không được tự tiếp nhận. Hãy nhờ người khác.")
    return None


_TWINS = Prepared(
    sa.select(emulation_model.c.code, emulation_model.c.state).where(
        emulation_model.c.unit_id == sa.bindparam("unit"),
        emulation_model.c.year_id == sa.bindparam("year"),
        emulation_model.c.name_identity == sa.bindparam("name"),
        emulation_model.c.person_id.is_not_distinct_from(
            sa.bindparam("person", type_=emulation_model.c.person_id.type)
        ),
        emulation_model.c.id != sa.bindparam("model"),
        emulation_model.c.accepted_at.is_not(None),
    )
)


@guard
def name_and_field_fit(context: Context) -> str | None:
    model = context.model
    if not model.has_namesake:
        return None
    twins = _TWINS.all(
        context.connection,
        {
            "unit": model.unit_id,
            "year": model.year_id,
            "name": model.name_identity,
            "person": model.person_id,
            "model": model.id,
        },
    )
    for twin in twins:
        if not context.definition.states[twin.state].end:
            return _(
                "Đơn vị đã có mô hình cùng tên được tiếp nhận (%(code)s). Trả lại để đổi tên, hoặc sáp nhập hai mô"
                " hình.",
                code=twin.code,
            )
    return None


@guard
def no_open_change_request(context: Context) -> str | None:
    if context.model.change_is_open:
        return _("Có đề nghị đổi tên hoặc lĩnh vực chưa giải quyết. Hãy duyệt hoặc từ chối đề nghị đó trước.")
    return None


@guard
def reason_given(context: Context) -> str | None:
    if context.will_ask("reason"):
        return None
    if len(str(context.facts.get("reason", ""))) < SHORTEST_REASON:
        return _(
            "Hãy nêu lý do, ít nhất %(shortest_reason)s ký tự, để người khác hiểu.", shortest_reason=SHORTEST_REASON
        )
    return None


@guard
def merge_target_fits(context: Context) -> str | None:
    if context.will_ask("merged_into"):
        return None
    target = context.connection.execute(
        sa.select(emulation_model.c.id, emulation_model.c.year_id, emulation_model.c.state, unit.c.path)
        .join(unit, unit.c.id == emulation_model.c.unit_id)
        .where(emulation_model.c.code == context.facts.get("merged_into"))
    ).first()
    if target is None or not context.grant.covers(target.path):
        return _("Không có mô hình mã «%(code)s» trong phạm vi của bạn.", code=context.facts.get("merged_into"))
    if target.id == context.model.id:
        return _("Không thể sáp nhập mô hình vào chính nó.")
    if target.year_id != context.model.year_id:
        return _("Hai mô hình không cùng năm thi đua nên không sáp nhập được.")
    state = context.definition.states.get(target.state)
    if state is None or state.end:
        return _("Mô hình nhận sáp nhập đã kết thúc. Hãy chọn mô hình còn đang thực hiện.")
    return None
