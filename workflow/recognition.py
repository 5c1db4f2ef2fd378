"""Sending a dossier up, and the decisions that recognise a model or revoke its recognition."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow import access, changes, dossier, programme, review_result
from workflow.access import Actor, Grant
from workflow.calendar import local_date
from workflow.context import Context, registrant_name
from workflow.dates import parse_date_vi
from workflow.history import Entry, append
from workflow.meetings import lock_models, meeting_definition, note_models, require_status, seen_meeting
from workflow.participants import require_writer
from workflow.recognition_view import (
    DecisionView,
    RosterLine,
    SubmissionView,
    decisions,
    seen_submission,
    submission_view,
    submissions,
)
from workflow.refusals import GuardRefused, InvalidInput, NotAllowed, NotPossible, Reason, Refusal
from workflow.schema import (
    achievement_report,
    decision,
    results_report,
    roster_entry,
    submission,
    unit,
)
from workflow.text import clean, shorten

__all__ = [
    "DecisionView",
    "RosterLine",
    "SubmissionView",
    "decisions",
    "mark_outstanding",
    "number_submission",
    "prepare_submission",
    "save_report",
    "submission_view",
    "submissions",
    "write_decision",
    "write_revocation",
    "write_submission",
]

LONGEST_REPORT = 20_000
# Two lines on the roster (DOMAIN, Dossier to the district).
LONGEST_RESULTS = 600


# Submission --------------------------------------------------------------------------------------------------------------------


def prepare_submission(
    connection: Connection,
    who: int | str,
    meeting_id: int,
    now: datetime,
    *,
    reports: Mapping[str, str],
    results: Mapping[str, str] | None = None,
    number: str = "",
    dated: date | str | None = None,
    signer: str = "",
    declared_models: int | None = None,
) -> int:
    """Draw up the submission of a closed meeting: the roster of what carried and was not sent up yet. Returns its id.

    reports: achievement reports by model code; those left out can follow (`save_report`). results: two lines for the roster,
    by default from the results report. declared_models: how many the submission's own text names; by default as many as
    the roster has.
    """
    actor = access.actor(connection, who, now)
    meeting = seen_meeting(connection, actor, meeting_id)
    definition = meeting_definition(connection, meeting)
    grant = require_writer(actor, definition, "submission", meeting.unit_path, to="lập tờ trình")
    require_status(meeting, "closed", to="lập tờ trình")
    counted = review_result.count(connection, meeting_id)
    models = lock_models(connection, [key for key, result in counted.items() if result.carried])
    proposable = [
        models[key]
        for key in counted
        if key in models and _proposable(connection, models[key]) and _counts(connection, key, meeting_id)
    ]
    if not proposable:
        raise NotPossible("Phiên này không còn mô hình nào đủ phiếu để trình.", guard="roster")
    codes = {model.code for model in proposable}
    short = {clean(code): clean(text, multiline=True) for code, text in (results or {}).items()}
    full = {clean(code): clean(text, multiline=True) for code, text in reports.items()}
    problems = {
        f"{name}.{code}": f"Mô hình «{code[:40]}» không có trong danh sách trình của phiên này."
        for name, given in (("reports", full), ("results", short))
        for code in given
        if code not in codes
    }
    for name, given, longest in (("reports", full, LONGEST_REPORT), ("results", short, LONGEST_RESULTS)):
        for code, text in given.items():
            if len(text) > longest:
                problems[f"{name}.{code}"] = f"Dài {len(text)} ký tự, tối đa {longest}. Hãy rút gọn."
    if declared_models is not None and not 1 <= declared_models <= 10_000:
        problems["declared_models"] = "Số mô hình trong tờ trình phải từ 1 trở lên."
    signature = _signature(number, dated, signer, local_date(now), problems)
    if problems:
        raise InvalidInput(problems)
    _number_free(connection, meeting.unit_id, meeting.year_id, signature["number"], None)
    key = connection.execute(
        sa.insert(submission).values(
            year_id=meeting.year_id,
            unit_id=meeting.unit_id,
            to_unit_id=_recipient(connection, meeting.unit_path, definition.recognising_level),
            meeting_id=meeting.id,
            declared_models=declared_models or len(proposable),
            created_at=now,
            created_by=actor.account_id,
            **signature,
        )
    ).inserted_primary_key
    if key is None:
        raise RuntimeError("the database gave no key")
    submission_id = int(key[0])
    labels = {row.id: row.label for row in programme.fields(connection, meeting.year_id)}
    summaries = _summaries(connection, [model.id for model in proposable])
    roster = [
        {
            "submission_id": submission_id,
            "model_id": model.id,
            "position": i,
            "model_name": model.name,
            "registrant": registrant_name(model),
            "field_label": labels[model.field_id],
            "results": short.get(model.code) or summaries.get(model.id, ""),
            "votes_for": counted[model.id].votes_for,
            "members": counted[model.id].members,
        }
        for i, model in enumerate(proposable, 1)
    ]
    connection.execute(sa.insert(roster_entry), roster)
    written = [
        {
            "submission_id": submission_id,
            "model_id": model.id,
            "model_name": model.name,
            "content": full[model.code],
        }
        for model in proposable
        if full.get(model.code)
    ]
    if written:
        connection.execute(sa.insert(achievement_report), written)
    note_models(
        connection,
        [(model, {"submission": submission_id, "position": i}) for i, model in enumerate(proposable, 1)],
        actor,
        grant,
        "submission_prepared",
        now,
    )
    _note(
        connection,
        submission_id,
        actor,
        grant,
        "prepared",
        now,
        {"meeting": meeting.id, "declared": declared_models or len(roster), "models": sorted(codes), **signature},
    )
    return submission_id


def save_report(
    connection: Connection, who: int | str, submission_id: int, code: str, content: str, now: datetime
) -> None:
    """Write or rewrite the achievement report of one model of a submission, as long as the model was not sent up with it."""
    actor = access.actor(connection, who, now)
    model = changes.held(connection, actor, clean(code))
    head = seen_submission(connection, actor, submission_id)
    definition = programme.definition(connection, model.definition_hash)
    grant = require_writer(actor, definition, "submission", head.unit_path, to="viết báo cáo thành tích")
    text = clean(content, multiline=True)
    if not 0 < len(text) <= LONGEST_REPORT:
        raise InvalidInput({"content": f"Báo cáo thành tích cần từ 1 đến {LONGEST_REPORT} ký tự."})
    if not connection.execute(
        sa.select(roster_entry.c.id).where(
            roster_entry.c.submission_id == submission_id, roster_entry.c.model_id == model.id
        )
    ).first():
        raise InvalidInput({"code": f"Mô hình {model.code} không có trong danh sách của tờ trình này."})
    if not _proposable(connection, model):
        raise NotPossible(f"Mô hình {model.code} đã được trình nên không sửa báo cáo nữa.", guard="state")
    of_model = sa.and_(achievement_report.c.submission_id == submission_id, achievement_report.c.model_id == model.id)
    connection.execute(sa.delete(achievement_report).where(of_model))
    connection.execute(
        sa.insert(achievement_report).values(
            submission_id=submission_id, model_id=model.id, model_name=model.name, content=text
        )
    )
    changes.note(
        connection, model, actor, grant, "report_written", now, payload={"submission": submission_id, "report": text}
    )


def number_submission(
    connection: Connection,
    who: int | str,
    submission_id: int,
    number: str,
    dated: date | str,
    signer: str,
    now: datetime,
) -> None:
    """Enter the number, date and signer that the records clerk gave, once; a numbered paper is not edited."""
    actor = access.actor(connection, who, now)
    head = seen_submission(connection, actor, submission_id)
    definition = programme.definition(connection, head.definition_hash)
    grant = require_writer(actor, definition, "submission", head.unit_path, to="ghi số tờ trình")
    problems: dict[str, str] = {}
    values = _signature(number, dated, signer, local_date(now), problems)
    for name, sentence in (
        ("number", "Hãy nhập số tờ trình."),
        ("dated", "Hãy nhập ngày tờ trình."),
        ("signer", "Hãy nhập người ký."),
    ):
        if not values[name]:
            problems.setdefault(name, sentence)
    if problems:
        raise InvalidInput(problems)
    _number_free(connection, head.unit_id, head.year_id, values["number"], submission_id)
    changed = connection.execute(
        sa.update(submission).where(submission.c.id == submission_id, submission.c.number == "").values(**values)
    ).rowcount
    if changed != 1:
        raise NotPossible("Tờ trình đã có số nên không sửa nữa. Nếu sai, hãy lập tờ trình mới.", guard="number")
    _note(connection, submission_id, actor, grant, "numbered", now, values)


def write_submission(context: Context) -> None:
    """Record of the transition that proposes: the model goes up with this submission."""
    chosen = dossier.submission_of(context.connection, context.model.id, context.facts.get("submission"))
    context.changes["submission_id"] = chosen
    context.payload["submission"] = chosen


# Decision ----------------------------------------------------------------------------------------------------------------------


def write_decision(context: Context) -> None:
    """Record of the transition that recognises: the decision stated, or a new one that all items of a bulk application share."""
    stated = context.facts.get("decision")
    context.changes["decision_id"] = _new_decision(context) if stated is None else stated
    context.payload["decision"] = context.changes["decision_id"]


def write_revocation(context: Context) -> None:
    """Record of the transition that revokes: a decision of its own; the one that recognised stays as it was signed."""
    context.changes["revocation_id"] = _new_decision(context)
    context.payload["revocation"] = context.changes["revocation_id"]


def mark_outstanding(
    connection: Connection,
    who: int | str,
    code: str,
    outstanding: bool,
    now: datetime,
    *,
    version: int | None = None,
) -> int:
    """Mark a recognised model as outstanding (tiêu biểu) or no longer so; open to who recognises such models.

    Returns the new version.
    """
    actor = access.actor(connection, who, now)
    model = changes.held(connection, actor, clean(code), version)
    definition = programme.definition(connection, model.definition_hash)
    recognising = [t for t in definition.transitions if t.record == "decision" and t.target == model.state]
    if not recognising:
        raise NotPossible(f"Mô hình {model.code} chưa được công nhận nên chưa thể là tiêu biểu.", guard="state")
    grant = actor.grant_for({role for t in recognising for role in t.roles}, model.unit_path)
    if grant is None:
        listed = ", ".join(definition.roles[role].label for t in recognising for role in t.roles)
        raise NotAllowed(f"Bạn không có quyền chọn mô hình tiêu biểu. Việc này dành cho: {listed}.", guard="role")
    if model.outstanding == outstanding:
        return int(model.version)
    return changes.note(
        connection,
        model,
        actor,
        grant,
        "outstanding_marked" if outstanding else "outstanding_unmarked",
        now,
        payload={"outstanding": outstanding},
        changes={"outstanding": outstanding},
    )


def _new_decision(context: Context) -> int:
    numbers = dossier.numbering(context)
    key = dossier.decision_key(context, numbers)
    known: int | None = context.shared.get(key)
    if known is not None:
        return known
    _warn_of_order(context, numbers)
    try:
        with context.connection.begin_nested():
            inserted = context.connection.execute(
                sa.insert(decision).values(
                    issuer_id=context.grant.unit_id,
                    type=numbers.type,
                    number=numbers.number,
                    symbol=numbers.symbol,
                    dated=numbers.dated,
                    signer=numbers.signer,
                    period=numbers.period,
                    ground=context.facts.get("reason", ""),
                    recorded_at=context.now,
                    recorded_by=context.actor.account_id,
                )
            ).inserted_primary_key
    except sa.exc.IntegrityError as error:
        # The guard saw the number free; another transaction was faster with it.
        reason = Reason("decision_number_free", "decision_number_free", dossier.used_number(numbers))
        raise GuardRefused([reason]) from error
    if inserted is None:
        raise RuntimeError("the database gave no key")
    context.shared[key] = int(inserted[0])
    return int(inserted[0])


def _warn_of_order(context: Context, numbers: dossier.Numbering) -> None:
    """Numbers rise with the date within a type and period (DOMAIN): say so where this one does not, and go on."""
    other = context.connection.execute(
        sa.select(decision.c.number, decision.c.dated)
        .where(
            decision.c.issuer_id == context.grant.unit_id,
            decision.c.type == numbers.type,
            decision.c.period == numbers.period,
            sa.or_(
                sa.and_(decision.c.number < numbers.number, decision.c.dated > numbers.dated),
                sa.and_(decision.c.number > numbers.number, decision.c.dated < numbers.dated),
            ),
        )
        .order_by(decision.c.number)
        .limit(1)
    ).first()
    if other is not None:
        context.warnings.append(
            f"Số quyết định không tăng theo ngày: số {numbers.number} ngày {numbers.dated:%d/%m/%Y}, nhưng số"
            f" {other.number} ngày {other.dated:%d/%m/%Y}. Hãy kiểm tra với văn thư."
        )


# Inside ------------------------------------------------------------------------------------------------------------------------


def _proposable(connection: Connection, model: sa.Row[Any]) -> bool:
    definition = programme.definition(connection, model.definition_hash)
    return any(t.record == "submission" for t in definition.outgoing(model.state))


def _counts(connection: Connection, model_id: int, meeting_id: int) -> bool:
    """Whether this meeting's vote is the one that counts for the model, and no later one."""
    result = review_result.latest(connection, model_id)
    return result is not None and result.meeting_id == meeting_id


def _signature(
    number: str, dated: date | str | None, signer: str, today: date, problems: dict[str, str]
) -> dict[str, Any]:
    values: dict[str, Any] = {"number": clean(number), "dated": None, "signer": clean(signer)}
    if dated is not None and dated != "":
        try:
            values["dated"] = parse_date_vi(dated)
        except Refusal as refusal:
            problems["dated"] = refusal.message
    if values["dated"] is not None and values["dated"] > today:
        problems["dated"] = f"Ngày tờ trình {values['dated']:%d/%m/%Y} chưa tới. Hãy kiểm tra lại."
    for name, longest in (("number", 40), ("signer", 120)):
        if len(values[name]) > longest:
            problems[name] = f"Dài {len(values[name])} ký tự, tối đa {longest}. Hãy rút gọn."
    return values


def _number_free(connection: Connection, unit_id: int, year_id: int, number: str, besides: int | None) -> None:
    if not number:
        return
    taken = connection.execute(
        sa.select(submission.c.id).where(
            submission.c.unit_id == unit_id,
            submission.c.year_id == year_id,
            submission.c.number == number,
            submission.c.id != (besides or 0),
        )
    ).first()
    if taken:
        raise InvalidInput({"number": f"Tờ trình số {number} đã có. Hãy kiểm tra với văn thư và nhập số khác."})


def _recipient(connection: Connection, path: str, level: str) -> int:
    """The unit at the recognising level to which the unit with this path belongs."""
    above = [int(part) for part in path.split("/") if part]
    found = connection.execute(
        sa.select(unit.c.id).where(unit.c.id.in_(above), unit.c.level == level).order_by(unit.c.path.desc()).limit(1)
    ).scalar()
    if found is None:
        raise NotPossible("Đơn vị không thuộc cấp nào có thẩm quyền công nhận. Hãy báo quản trị.", guard="unit")
    return int(found)


def _summaries(connection: Connection, model_ids: list[int]) -> dict[int, str]:
    rows = connection.execute(
        sa.select(results_report.c.model_id, results_report.c.summary).where(results_report.c.model_id.in_(model_ids))
    )
    return {row.model_id: shorten(row.summary, LONGEST_RESULTS) for row in rows}


def _note(
    connection: Connection,
    submission_id: int,
    actor: Actor,
    grant: Grant,
    trigger: str,
    now: datetime,
    payload: Mapping[str, Any],
) -> None:
    append(
        connection,
        "submission",
        submission_id,
        Entry(
            at=now,
            actor_id=actor.account_id,
            for_id=grant.deputy_for,
            role=grant.role,
            trigger=trigger,
            payload=payload,
        ),
    )
