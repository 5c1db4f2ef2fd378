"""The dossier a commune sends up: submission, roster and achievement reports, drawn up from a closed review meeting."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access, history
from workflow.core.engine import changes
from workflow.core.engine.context import Context, registrant_name
from workflow.core.engine.rules import writes
from workflow.core.lifecycles import store
from workflow.core.programmes import stored
from workflow.ground.reading.dates import parse_date_vi
from workflow.ground.reading.text import clean, shorten
from workflow.ground.refusals import InvalidInput, NotPossible, Refusal
from workflow.ground.schema import achievement_report, results_report, roster_entry, submission, unit
from workflow.ground.speech import _, spoken_day
from workflow.ground.vietnam_time import local_date
from workflow.stages.inspection.participants import require_writer
from workflow.stages.recognition import dossier, events
from workflow.stages.recognition.view import seen_submission
from workflow.stages.review import result as review_result
from workflow.stages.review.meetings import lock_models, meeting_definition, require_status, seen_meeting

LONGEST_REPORT = 20_000
# Two lines on the roster (docs/domain.md, Dossier to the district).
LONGEST_RESULTS = 600


def prepare_submission(
    connection: Connection,
    who: int | str,
    now: datetime,
    meeting_id: int,
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
    grant = require_writer(actor, definition, "submission", meeting.unit_path, to=_("lập tờ trình"))
    require_status(meeting, "closed", to=_("lập tờ trình"))
    counted = review_result.count(connection, meeting_id)
    models = lock_models(connection, [key for key, result in counted.items() if result.carried])
    later = review_result.superseded(connection, models, meeting_id)
    proposable = [
        models[key] for key in counted if key in models and key not in later and _proposable(connection, models[key])
    ]
    if not proposable:
        raise NotPossible(_("Phiên này không còn mô hình nào đủ phiếu để trình."), guard="roster")
    codes = {model.code for model in proposable}
    short = {clean(code): clean(text, multiline=True) for code, text in (results or {}).items()}
    full = {clean(code): clean(text, multiline=True) for code, text in reports.items()}
    problems = {
        f"{name}.{code}": _("Mô hình «%(code)s» không có trong danh sách trình của phiên này.", code=code[:40])
        for name, given in (("reports", full), ("results", short))
        for code in given
        if code not in codes
    }
    for name, given, longest in (("reports", full, LONGEST_REPORT), ("results", short, LONGEST_RESULTS)):
        for code, text in given.items():
            if len(text) > longest:
                problems[f"{name}.{code}"] = _(
                    "Dài %(count)s ký tự, tối đa %(longest)s. Hãy rút gọn.", count=len(text), longest=longest
                )
    if declared_models is not None and not 1 <= declared_models <= 10_000:
        problems["declared_models"] = _("Số mô hình trong tờ trình phải từ 1 trở lên.")
    signature = _signature(number, dated, signer, local_date(now), problems)
    if problems:
        raise InvalidInput(problems)
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
    labels = {row.id: row.label for row in stored.fields(connection, meeting.year_id)}
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
    by = history.acting(actor, grant)
    history.advance_many(
        connection,
        [
            changes.noted(by, now, model, events.PlacedInSubmission(submission_id, i))
            for i, model in enumerate(proposable, 1)
        ],
    )
    declared = declared_models or len(roster)
    prepared = events.SubmissionPrepared(meeting.id, declared, tuple(sorted(codes)), **signature)
    history.record(connection, by, now, submission_id, prepared)
    return submission_id


def save_report(
    connection: Connection, who: int | str, now: datetime, submission_id: int, code: str, content: str
) -> None:
    """Write or rewrite the achievement report of one model of a submission, as long as the model was not sent up with it."""
    actor = access.actor(connection, who, now)
    model = changes.held(connection, actor, clean(code))
    head = seen_submission(connection, actor, submission_id)
    definition = store.definition(connection, model.definition_hash)
    grant = require_writer(actor, definition, "submission", head.unit_path, to=_("viết báo cáo thành tích"))
    text = clean(content, multiline=True)
    if not 0 < len(text) <= LONGEST_REPORT:
        raise InvalidInput(
            {"content": _("Báo cáo thành tích cần từ 1 đến %(longest_report)s ký tự.", longest_report=LONGEST_REPORT)}
        )
    if not connection.execute(
        sa.select(roster_entry.c.id).where(
            roster_entry.c.submission_id == submission_id, roster_entry.c.model_id == model.id
        )
    ).first():
        raise InvalidInput({"code": _("Mô hình %(code)s không có trong danh sách của tờ trình này.", code=model.code)})
    if not _proposable(connection, model):
        raise NotPossible(
            _("Mô hình %(code)s đã được trình nên không sửa báo cáo nữa.", code=model.code), guard="state"
        )
    of_model = sa.and_(achievement_report.c.submission_id == submission_id, achievement_report.c.model_id == model.id)
    connection.execute(sa.delete(achievement_report).where(of_model))
    connection.execute(
        sa.insert(achievement_report).values(
            submission_id=submission_id, model_id=model.id, model_name=model.name, content=text
        )
    )
    written = events.AchievementReportWritten(submission_id, text)
    changes.note(connection, history.acting(actor, grant), now, model, written)


def number_submission(
    connection: Connection,
    who: int | str,
    now: datetime,
    submission_id: int,
    number: str,
    dated: date | str,
    signer: str,
) -> None:
    """Enter the number, date and signer that the records clerk gave, once; a numbered paper is not edited."""
    actor = access.actor(connection, who, now)
    head = seen_submission(connection, actor, submission_id)
    definition = store.definition(connection, head.definition_hash)
    grant = require_writer(actor, definition, "submission", head.unit_path, to=_("ghi số tờ trình"))
    problems: dict[str, str] = {}
    values = _signature(number, dated, signer, local_date(now), problems)
    for name, sentence in (
        ("number", _("Hãy nhập số tờ trình.")),
        ("dated", _("Hãy nhập ngày tờ trình.")),
        ("signer", _("Hãy nhập người ký.")),
    ):
        if not values[name]:
            problems.setdefault(name, sentence)
    if problems:
        raise InvalidInput(problems)
    changed = connection.execute(
        sa.update(submission).where(submission.c.id == submission_id, submission.c.number == "").values(**values)
    ).rowcount
    if changed != 1:
        raise NotPossible(_("Tờ trình đã có số nên không sửa nữa. Nếu sai, hãy lập tờ trình mới."), guard="number")
    history.record(connection, history.acting(actor, grant), now, submission_id, events.SubmissionNumbered(**values))


@writes("submission")
def write_submission(context: Context) -> None:
    """Record of the transition that proposes: the model goes up with this submission."""
    chosen = dossier.submission_of(context.connection, context.model.id, context.facts.get("submission"))
    context.changes["submission_id"] = chosen
    context.left.append(events.Proposed(chosen))


# Inside ------------------------------------------------------------------------------------------------------------------------


def _proposable(connection: Connection, model: sa.Row[Any]) -> bool:
    definition = store.definition(connection, model.definition_hash)
    return any(t.record == "submission" for t in definition.outgoing(model.state))


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
        problems["dated"] = _("Ngày tờ trình %(day)s chưa tới. Hãy kiểm tra lại.", day=spoken_day(values["dated"]))
    for name, longest in (("number", 40), ("signer", 120)):
        if len(values[name]) > longest:
            problems[name] = _(
                "Dài %(count)s ký tự, tối đa %(longest)s. Hãy rút gọn.", count=len(values[name]), longest=longest
            )
    return values


def _recipient(connection: Connection, path: str, level: str) -> int:
    """The unit at the recognising level to which the unit with this path belongs."""
    above = [int(part) for part in path.split("/") if part]
    found = connection.execute(
        sa.select(unit.c.id).where(unit.c.id.in_(above), unit.c.level == level).order_by(unit.c.path.desc()).limit(1)
    ).scalar()
    if found is None:
        raise NotPossible(_("Đơn vị không thuộc cấp nào có thẩm quyền công nhận. Hãy báo quản trị."), guard="unit")
    return int(found)


def _summaries(connection: Connection, model_ids: list[int]) -> dict[int, str]:
    rows = connection.execute(
        sa.select(results_report.c.model_id, results_report.c.summary).where(results_report.c.model_id.in_(model_ids))
    )
    return {row.model_id: shorten(row.summary, LONGEST_RESULTS) for row in rows}
