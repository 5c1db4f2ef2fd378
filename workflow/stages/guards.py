"""The named conditions a lifecycle definition may refer to. A guard reads, never writes, and answers with a reason or None.

While probing (nobody has stated anything yet) a guard leaves out what the transition's own form is going to ask.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import sqlalchemy as sa

from workflow.core import access
from workflow.core.engine.context import Context
from workflow.core.lifecycles.vocabulary import GUARD_NAMES
from workflow.ground.prepared import Prepared
from workflow.ground.refusals import Reason
from workflow.ground.schema import (
    ITEMS,
    attachment,
    criterion,
    decision,
    emulation_model,
    inspection,
    inspection_member,
    plan,
    quantity,
    registration_form,
    results_report,
    score,
    unit,
)
from workflow.ground.speech import _, mark, spoken_day
from workflow.stages.recognition import dossier
from workflow.stages.review import result as review_result

Guard = Callable[[Context], Reason | None]
GUARDS: Final[dict[str, Guard]] = {}

ITEM_LABELS: Final = {
    "situation": mark("thực trạng và lý do"),
    "goals": mark("mục tiêu, chỉ tiêu"),
    "method": mark("nội dung, cách làm"),
    "place_people": mark("địa bàn, đối tượng"),
    "forces": mark("lực lượng"),
    "time_resources": mark("thời gian, nguồn lực"),
    "outputs": mark("sản phẩm kiểm chứng được"),
    "sustainability": mark("khả năng duy trì, nhân rộng"),
}
MINIMUM_INSPECTORS: Final = 2
SHORTEST_REASON: Final = 5


def _guard(check: Callable[[Context], str | None]) -> Callable[[Context], str | None]:
    """Register a check under its own name; the sentence it returns becomes the reason."""
    name = check.__name__

    def guard(context: Context) -> Reason | None:
        sentence = check(context)
        return None if sentence is None else Reason(name, name, sentence)

    GUARDS[name] = guard
    return check


# Registration ------------------------------------------------------------------------------------------------------------------


def missing_items(context: Context, *, count_waived: bool = False) -> list[str]:
    """Labels of the items of the registration form that are empty and were not waived (or were, when asked for)."""
    form = context.connection.execute(
        sa.select(registration_form).where(registration_form.c.model_id == context.model.id)
    ).first()
    if form is None:
        return [_(label) for label in ITEM_LABELS.values()]
    waived = set() if count_waived else set(form.waived)
    return [_(ITEM_LABELS[item]) for item in ITEMS if not form._mapping[item].strip() and item not in waived]


@_guard
def items_filled(context: Context) -> str | None:
    missing = missing_items(context)
    if missing:
        return _(
            "Phiếu đăng ký còn thiếu %(count)s mục: %(missing)s. Hãy điền rồi gửi lại.",
            count=len(missing),
            missing=", ".join(missing),
        )
    return None


@_guard
def not_submitter(context: Context) -> str | None:
    if _among(context, context.model.submitters) or context.model.person_account_id in context.people:
        return _("Bạn (hoặc người bạn thay mặt) đã gửi phiếu này nên không được tự tiếp nhận. Hãy nhờ người khác.")
    return None


_TWINS = Prepared(
    sa.select(emulation_model.c.code, emulation_model.c.state).where(
        emulation_model.c.unit_id == sa.bindparam("unit"),
        emulation_model.c.year_id == sa.bindparam("year"),
        emulation_model.c.name_folded == sa.bindparam("name"),
        emulation_model.c.person_id.is_not_distinct_from(
            sa.bindparam("person", type_=emulation_model.c.person_id.type)
        ),
        emulation_model.c.id != sa.bindparam("model"),
        emulation_model.c.accepted_at.is_not(None),
    )
)


@_guard
def name_and_field_fit(context: Context) -> str | None:
    model = context.model
    if not model.has_namesake:
        return None
    twins = _TWINS.all(
        context.connection,
        {
            "unit": model.unit_id,
            "year": model.year_id,
            "name": model.name_folded,
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


@_guard
def no_open_change_request(context: Context) -> str | None:
    if context.model.change_is_open:
        return _("Có đề nghị đổi tên hoặc lĩnh vực chưa giải quyết. Hãy duyệt hoặc từ chối đề nghị đó trước.")
    return None


@_guard
def reason_given(context: Context) -> str | None:
    if context.will_ask("reason"):
        return None
    if len(str(context.facts.get("reason", ""))) < SHORTEST_REASON:
        return _(
            "Hãy nêu lý do, ít nhất %(shortest_reason)s ký tự, để người khác hiểu.", shortest_reason=SHORTEST_REASON
        )
    return None


@_guard
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


# Implementation ----------------------------------------------------------------------------------------------------------------


@_guard
def plan_recorded(context: Context) -> str | None:
    if context.will_ask("plan") or (context.facts.get("plan") and context.facts.get("start_date")):
        return None
    if _exists(context, plan.c.model_id == context.model.id):
        return None
    return _("Chưa có kế hoạch thực hiện và ngày bắt đầu. Hãy nhập kế hoạch.")


@_guard
def results_recorded(context: Context) -> str | None:
    if context.will_ask("results") or context.facts.get("results"):
        return None
    if _exists(context, quantity.c.model_id == context.model.id, quantity.c.purpose == "result"):
        return None
    return _("Chưa có kết quả nào bằng số. Hãy nhập ít nhất một kết quả (ví dụ: ngày công, tiền mặt, lượt người).")


@_guard
def evidence_attached(context: Context) -> str | None:
    if context.will_ask("evidence_note") or context.facts.get("evidence_note"):
        return None
    if _exists(
        context,
        attachment.c.model_id == context.model.id,
        attachment.c.purpose == "evidence",
        attachment.c.removed_at.is_(None),
    ) or _exists(context, results_report.c.model_id == context.model.id, results_report.c.evidence_note != ""):
        return None
    return _("Chưa có minh chứng. Hãy đính kèm ảnh, văn bản hoặc ghi rõ minh chứng được lưu ở đâu.")


# Inspection --------------------------------------------------------------------------------------------------------------------


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


@_guard
def inspection_recorded(context: Context) -> str | None:
    if _open_inspection(context) is None:
        return _("Chưa có biên bản kiểm tra. Hãy lập biên bản trước khi kết luận.")
    return None


@_guard
def enough_inspectors(context: Context) -> str | None:
    record = _open_inspection(context)
    if record is not None and len(_members(context, record.id)) < MINIMUM_INSPECTORS:
        return _(
            "Đoàn kiểm tra cần ít nhất %(minimum_inspectors)s thành viên. Hãy bổ sung thành viên vào biên bản.",
            minimum_inspectors=MINIMUM_INSPECTORS,
        )
    return None


@_guard
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


@_guard
def inspectors_independent(context: Context) -> str | None:
    record = _open_inspection(context)
    if record is None:
        return None
    members = set(_members(context, record.id))
    partial = access.belongs_to(context.connection, members, context.model.unit_id, context.today)
    if partial or context.model.person_account_id in members:
        return _("Đoàn kiểm tra có người của chính đơn vị đăng ký. Hãy thay thành viên đó.")
    return None


@_guard
def actor_independent(context: Context) -> str | None:
    partial = access.belongs_to(context.connection, context.people, context.model.unit_id, context.today)
    if partial or context.model.person_account_id in context.people:
        return _("Bạn (hoặc người bạn thay mặt) thuộc đơn vị đăng ký nên không được kiểm tra mô hình này.")
    return None


@_guard
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


# Commune review ----------------------------------------------------------------------------------------------------------------


@_guard
def reviewed_at_commune(context: Context) -> str | None:
    if context.model.unit_level == context.definition.recognising_level:
        return _("Đơn vị đăng ký không thuộc xã nào nên mô hình không qua bình xét cấp xã mà trình thẳng cấp trên.")
    return None


@_guard
def decided_above_commune(context: Context) -> str | None:
    if context.model.unit_level != context.definition.recognising_level:
        return _("Mô hình của đơn vị thuộc xã phải qua bình xét cấp xã trước khi trình lên trên.")
    return None


@_guard
def on_agenda(context: Context) -> str | None:
    if context.facts.get("meeting") or review_result.waiting_meeting(context.connection, context.model.id):
        return None
    if context.probing and review_result.prepared_meeting_exists(context.connection, context.model.unit_path):
        return None
    return _("Mô hình chưa có trong chương trình của phiên bình xét nào. Hãy lập phiên bình xét và đưa mô hình vào.")


@_guard
def meeting_closed(context: Context) -> str | None:
    result = review_result.latest(context.connection, context.model.id)
    if result is None or not result.closed:
        return _("Phiên bình xét chưa kết thúc. Hãy ghi đủ phiếu và kết thúc phiên trước.")
    return None


@_guard
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


@_guard
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


# Recognition -------------------------------------------------------------------------------------------------------------------


@_guard
def dossier_complete(context: Context) -> str | None:
    gaps = dossier.gaps(context.connection, context.model, context.facts.get("submission"))
    if gaps:
        return _("Hồ sơ trình còn thiếu: %(gaps)s.", gaps=", ".join(gaps))
    return None


@_guard
def dossier_counts_agree(context: Context) -> str | None:
    differences = dossier.differences(context.connection, context.model.submission_id)
    if differences:
        return " ".join(differences)
    return None


@_guard
def not_proposer(context: Context) -> str | None:
    if _among(context, context.model.proposers):
        return _("Bạn (hoặc người bạn thay mặt) đã trình mô hình này nên không được tự công nhận. Hãy nhờ người khác.")
    return None


@_guard
def decision_number_free(context: Context) -> str | None:
    return dossier.decision_problem(context)


@_guard
def commune_review_supports(context: Context) -> str | None:
    result = review_result.latest(context.connection, context.model.id)
    if result is None or not result.closed or not (result.quorum and result.carried):
        return _("Không có kết quả bình xét cấp xã ủng hộ nên không thể giữ danh hiệu cấp xã.")
    return None


@_guard
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


def _among(context: Context, listed: str) -> bool:
    return any(f",{who}," in listed for who in context.people)


def _exists(context: Context, *conditions: sa.ColumnElement[bool]) -> bool:
    return context.connection.execute(sa.select(sa.literal(1)).where(*conditions).limit(1)).first() is not None


if set(GUARDS) != GUARD_NAMES:
    raise RuntimeError(f"guards and vocabulary differ: {sorted(set(GUARDS) ^ GUARD_NAMES)}")
