"""Whether the dossier a commune sends up is complete and agrees with itself, and whether a decision's number can be used."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core.engine.context import Context
from workflow.ground.reading.order import name_order
from workflow.ground.reading.text import clean
from workflow.ground.refusals import InvalidInput
from workflow.ground.schema import (
    achievement_report,
    attachment,
    decision,
    emulation_model,
    inspection,
    plan,
    registration_form,
    results_report,
    review_meeting,
    roster_entry,
    submission,
)
from workflow.ground.speech import _, spoken_day
from workflow.stages.review import result as review_result

EARLIEST_DECISION = date(2000, 1, 1)
_NUMBER = re.compile(r"(?:số\s*:?\s*)?(\d{1,7})(?:\s*[-–/]\s*(\S.{0,39}))?", re.IGNORECASE)


# The dossier -------------------------------------------------------------------------------------------------------------------


def submission_of(connection: Connection, model_id: int, stated: int | None) -> int | None:
    """The submission that sends this model up: the one stated, else the latest; its roster must name the model.

    Only a submission made from the model's latest closed meeting counts: an older one was overtaken by a new vote.
    """
    result = review_result.latest(connection, model_id)
    if result is None:
        return None
    statement = (
        sa.select(submission.c.id)
        .join(roster_entry, roster_entry.c.submission_id == submission.c.id)
        .where(roster_entry.c.model_id == model_id, submission.c.meeting_id == result.meeting_id)
        .order_by(submission.c.id.desc())
        .limit(1)
    )
    if stated is not None:
        statement = statement.where(submission.c.id == stated)
    found: int | None = connection.execute(statement).scalar()
    return found


def gaps(connection: Connection, model: sa.Row[Any], submission_id: int | None) -> list[str]:
    """What the dossier of one model still lacks, in words; empty when complete (docs/domain.md, Dossier to the district).

    model: row of `context.MODEL`. submission_id: the one stated, or None for the latest that names the model.
    """
    chosen = submission_of(connection, model.id, submission_id)
    if chosen is None:
        if submission_id is not None:
            return [
                _(
                    "tờ trình số thứ tự %(submission_id)s có tên mô hình này trong danh sách trích ngang",
                    submission_id=submission_id,
                )
            ]
        return [_("tờ trình và danh sách trích ngang có tên mô hình này")]
    papers = _papers(sa.literal(chosen), sa.literal(model.id))
    present = connection.execute(sa.select(*papers.values())).one()
    return [label for label, there in zip(papers, present, strict=True) if not there]


def gaps_of_roster(connection: Connection, submission_id: int) -> dict[str, list[str]]:
    """What the dossiers of all models on a roster still lack, by code and in its order: one statement, whatever its length."""
    papers = _papers(roster_entry.c.submission_id, roster_entry.c.model_id)
    rows = connection.execute(
        sa.select(emulation_model.c.code, *papers.values())
        .select_from(roster_entry.join(emulation_model, emulation_model.c.id == roster_entry.c.model_id))
        .where(roster_entry.c.submission_id == submission_id)
        .order_by(roster_entry.c.position)
    )
    return {row[0]: [label for label, there in zip(papers, row[1:], strict=True) if not there] for row in rows}


def _papers(of_submission: sa.ColumnElement[int], of_model: sa.ColumnElement[int]) -> dict[str, sa.ColumnElement[bool]]:
    """The papers of a dossier by name, each with the question whether it is there."""
    return {
        _("báo cáo thành tích"): _there(
            achievement_report.c.submission_id == of_submission, achievement_report.c.model_id == of_model
        ),
        _("biên bản phiên bình xét"): _there(
            submission.c.id == of_submission,
            review_meeting.c.id == submission.c.meeting_id,
            review_meeting.c.minutes != "",
        ),
        _("phiếu đăng ký"): _there(registration_form.c.model_id == of_model),
        _("kế hoạch thực hiện"): _there(plan.c.model_id == of_model),
        _("biên bản kiểm tra kết luận đạt"): _there(
            inspection.c.model_id == of_model, inspection.c.conclusion == "passed"
        ),
        _("minh chứng kết quả"): sa.or_(
            _there(results_report.c.model_id == of_model, results_report.c.evidence_note != ""),
            _there(
                attachment.c.model_id == of_model,
                attachment.c.purpose == "evidence",
                attachment.c.removed_at.is_(None),
            ),
        ),
    }


def _there(*conditions: sa.ColumnElement[bool]) -> sa.Exists:
    return sa.exists(sa.select(sa.literal(1)).where(*conditions).correlate(roster_entry))


def differences(connection: Connection, submission_id: int | None) -> list[str]:
    """Where submission, roster and achievement reports disagree about the number of models or their names: sentences."""
    head = (
        connection.execute(sa.select(submission.c.declared_models).where(submission.c.id == submission_id)).first()
        if submission_id is not None
        else None
    )
    if head is None:
        return [_("Mô hình chưa gắn với tờ trình nào. Hãy trả hồ sơ để xã trình lại.")]
    listed = {
        row.model_id: row
        for row in connection.execute(
            sa.select(
                roster_entry.c.model_id, roster_entry.c.model_name, emulation_model.c.code, emulation_model.c.name
            )
            .join(emulation_model, emulation_model.c.id == roster_entry.c.model_id)
            .where(roster_entry.c.submission_id == submission_id)
            .order_by(roster_entry.c.position)
        )
    }
    reported: dict[int, str] = {
        row.model_id: row.model_name
        for row in connection.execute(
            sa.select(achievement_report.c.model_id, achievement_report.c.model_name).where(
                achievement_report.c.submission_id == submission_id
            )
        )
    }
    found = []
    if len({head.declared_models, len(listed), len(reported)}) > 1:
        found.append(
            _(
                "Số mô hình không khớp: tờ trình ghi %(declared_models)s, danh sách trích ngang có %(count)s, báo"
                " cáo thành tích có %(count_2)s.",
                declared_models=head.declared_models,
                count=len(listed),
                count_2=len(reported),
            )
        )
    without = [row.code for model_id, row in listed.items() if model_id not in reported]
    if without:
        found.append(_("Thiếu báo cáo thành tích của: %(without)s.", without=", ".join(without)))
    for model_id, row in listed.items():
        names = {row.name, row.model_name, reported.get(model_id, row.model_name)}
        if len(names) > 1:
            written = " / ".join(f"«{name}»" for name in sorted(names, key=name_order))
            found.append(
                _("Tên mô hình %(code)s không khớp giữa các văn bản: %(written)s.", code=row.code, written=written)
            )
    return found


# The decision ------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Numbering:
    """What identifies a decision on paper. period: within which numbers are unique, '2024' or 'term'."""

    type: str
    number: int
    symbol: str
    dated: date
    signer: str
    period: str


def numbering(context: Context) -> Numbering:
    """Number, date and signer as stated. Raises InvalidInput naming each fact that is missing or cannot be read."""
    problems: dict[str, str] = {}
    written = clean(str(context.facts.get("decision_number", "")))
    match = _NUMBER.fullmatch(written)
    number = int(match[1]) if match else 0
    if not written:
        problems["decision_number"] = _("Hãy nhập số quyết định, ví dụ 12 hoặc 12-QĐ/BCĐ.")
    elif number == 0:
        problems["decision_number"] = _(
            "Không đọc được số quyết định «%(written)s». Hãy ghi số trước, ví dụ 12 hoặc 12-QĐ/BCĐ.",
            written=written[:40],
        )
    dated = context.facts.get("decision_date")
    if not isinstance(dated, date):
        problems["decision_date"] = _("Hãy nhập ngày quyết định.")
    elif dated > context.today:
        problems["decision_date"] = _("Ngày quyết định %(day)s chưa tới. Hãy kiểm tra lại.", day=spoken_day(dated))
    elif dated < EARLIEST_DECISION:
        problems["decision_date"] = _("Ngày quyết định %(day)s quá xa. Hãy kiểm tra lại.", day=spoken_day(dated))
    signer = clean(str(context.facts.get("signer", "")))
    if not signer:
        problems["signer"] = _("Hãy nhập người ký quyết định.")
    if problems or match is None or not isinstance(dated, date):
        raise InvalidInput(problems)
    period = "term" if context.year().numbering == "term" else str(dated.year)
    return Numbering(_type(context), number, clean(match[2] or ""), dated, signer, period)


def used_number(numbers: Numbering) -> str:
    """The sentence that refuses a number already given."""
    within = _("trong nhiệm kỳ") if numbers.period == "term" else _("trong năm %(period)s", period=numbers.period)
    return _(
        "Số quyết định %(number)s đã được dùng %(within)s. Hãy kiểm tra với văn thư và nhập số khác.",
        number=numbers.number,
        within=within,
    )


def decision_key(context: Context, numbers: Numbering) -> str:
    """What the items of one bulk application share a decision by."""
    return f"decision {context.grant.unit_id} {numbers.type} {numbers.period} {numbers.number}"


def decision_problem(context: Context) -> str | None:
    """Why the decision stated cannot be used, or None. Unique per issuer, type and period of numbering."""
    if context.will_ask("decision_number"):
        return None
    stated = context.facts.get("decision")
    if stated is not None:
        return (
            None
            if _usable(context, stated)
            else _("Không có quyết định số thứ tự %(stated)s của cơ quan bạn.", stated=stated)
        )
    numbers = numbering(context)
    if decision_key(context, numbers) in context.shared:
        return None
    used = context.connection.execute(
        sa.select(decision.c.id).where(
            decision.c.issuer_id == context.grant.unit_id,
            decision.c.type == numbers.type,
            decision.c.period == numbers.period,
            decision.c.number == numbers.number,
        )
    ).first()
    return used_number(numbers) if used else None


def _type(context: Context) -> str:
    return "revocation" if context.transition.record == "revocation" else "recognition"


def _usable(context: Context, decision_id: int) -> bool:
    return (
        context.connection.execute(
            sa.select(decision.c.id).where(
                decision.c.id == decision_id,
                decision.c.issuer_id == context.grant.unit_id,
                decision.c.type == _type(context),
            )
        ).first()
        is not None
    )
