"""Inspection of a model: the team's record with its scores, written by several hands until the team concludes it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access, labels
from workflow.core.engine import changes
from workflow.core.engine.context import Context
from workflow.core.engine.rules import writes
from workflow.core.history import acting
from workflow.core.labels import INSPECTION_KINDS
from workflow.core.lifecycles import store
from workflow.core.programmes import stored
from workflow.core.programmes.year import Criterion
from workflow.ground.reading.dates import parse_date_vi
from workflow.ground.reading.text import clean
from workflow.ground.refusals import Conflict, InvalidInput, NotAllowed, NotPossible, Refusal
from workflow.ground.schema import account, emulation_model, history, inspection, inspection_member, score
from workflow.ground.speech import _, spoken_day
from workflow.ground.vietnam_time import local_date
from workflow.stages.inspection import visits
from workflow.stages.inspection.events import InspectionConcluded, InspectionRecorded
from workflow.stages.inspection.participants import named, require_writer

# Two of them together (the record's shortcomings and the finding of the conclusion) must fit the column.
LONGEST_TEXT: Final = 9_000
_POINTS = re.compile(r"(\d{1,3})(?:[.,](\d{1,2}))?")


@dataclass(frozen=True, slots=True)
class InspectionInput:
    """The record as it shall stand. Dates as dates or as people write them.

    members, head: user names. scores: criterion code → points ("13,5"); an empty one takes the score back, a criterion
    left out keeps the one it has, so that two inspectors can share the sheet.
    """

    kind: str
    held_on: date | str
    place: str = ""
    team_decision: str = ""
    members: Sequence[str] = ()
    head: str = ""
    scores: Mapping[str, str | int | Decimal] = field(default_factory=dict)
    score_notes: Mapping[str, str] = field(default_factory=dict)
    strengths: str = ""
    shortcomings: str = ""
    recommendations: str = ""
    mend_by: date | str | None = None


@dataclass(frozen=True, slots=True)
class ScoreView:
    """One line of the score sheet. points: None while nobody has scored it."""

    criterion: str
    label: str
    max_points: int
    points: Decimal | None
    note: str


@dataclass(frozen=True, slots=True)
class MemberView:
    """One member of the team."""

    account_id: int
    user_name: str
    full_name: str
    head: bool


@dataclass(frozen=True, slots=True)
class InspectionView:
    """One record. conclusion: 'passed', 'remediation' or None while it is open. version: to be named when editing it."""

    id: int
    version: int
    kind: str
    kind_label: str
    held_on: date
    place: str
    team_decision: str
    members: tuple[MemberView, ...]
    scores: tuple[ScoreView, ...]
    total: Decimal
    band: str
    strengths: str
    shortcomings: str
    recommendations: str
    mend_by: date | None
    conclusion: str | None
    concluded_at: datetime | None

    @property
    def complete(self) -> bool:
        """Whether every criterion is scored."""
        return all(line.points is not None for line in self.scores)


def save_record(
    connection: Connection,
    who: int | str,
    now: datetime,
    code: str,
    record: InspectionInput,
    *,
    version: int | None = None,
) -> int:
    """Write the open record of a model awaiting inspection, or begin it. Returns the record's id.

    version: of the record as the person saw it (`InspectionView.version`, 0 for "there was none"), None for whatever is there.
    Scores may be incomplete until the conclusion. Raises InvalidInput, NotPossible, NotAllowed, Conflict.
    """
    actor = access.actor(connection, who, now)
    model = changes.held(connection, actor, code)
    definition = store.definition(connection, model.definition_hash)
    grant = require_writer(actor, definition, "inspection", model.unit_path, to=_("lập biên bản kiểm tra"))
    if not any(t.record == "inspection" for t in definition.outgoing(model.state)):
        label = definition.states[model.state].label
        raise NotPossible(
            _(
                "Mô hình %(code)s đang ở «%(label)s» nên không ghi biên bản kiểm tra. Chờ đơn vị báo cáo kết quả.",
                code=code,
                label=label,
            ),
            guard="state",
        )
    today = local_date(now)
    behind = access.people(actor, grant)
    if _partial(connection, behind, model, today):
        raise NotAllowed(
            _("Bạn (hoặc người bạn thay mặt) thuộc đơn vị đăng ký nên không được kiểm tra mô hình này."),
            guard="actor_independent",
        )
    values = _values(record, today)
    team = named(connection, record.members, model.unit_path, today, form_field="members")
    if not team:
        raise InvalidInput({"members": _("Hãy chọn thành viên đoàn kiểm tra.")})
    own = _partial(connection, frozenset(row.id for row in team.values()), model, today)
    if own:
        names = ", ".join(row.full_name for row in team.values() if row.id in own)
        raise InvalidInput(
            {
                "members": _(
                    "Người của chính đơn vị đăng ký không được kiểm tra: %(names)s. Hãy thay người.", names=names
                )
            }
        )
    head = clean(record.head)
    if head and head not in team:
        raise InvalidInput({"head": _("Trưởng đoàn phải là một thành viên của đoàn.")})
    points = _points(connection, model.year_id, record)

    record_id, new_version = _put(connection, now, model.id, values, actor.account_id, version)
    connection.execute(sa.delete(inspection_member).where(inspection_member.c.inspection_id == record_id))
    connection.execute(
        sa.insert(inspection_member),
        [{"inspection_id": record_id, "account_id": row.id, "head": name == head} for name, row in team.items()],
    )
    _put_scores(connection, record_id, points)
    written = InspectionRecorded(
        inspection=record_id,
        record_version=new_version,
        **values,
        members=tuple(row.id for row in team.values()),
        head=head,
        scores={line.code: line.points for line in points},
    )
    changes.note(connection, acting(actor, grant), now, model, written)
    return record_id


@writes("inspection")
def conclude(context: Context) -> None:
    """Close the open record together with the transition that concludes it; nobody edits it afterwards."""
    # The transition that asks until when to mend is the one that did not pass.
    mending = context.transition.fact("mend_by") is not None
    open_record = context.connection.execute(
        sa.select(inspection).where(inspection.c.model_id == context.model.id, inspection.c.concluded_at.is_(None))
    ).one()
    values: dict[str, Any] = {
        "conclusion": "remediation" if mending else "passed",
        "concluded_at": context.now,
        "version": open_record.version + 1,
    }
    if mending:
        finding = context.facts.get("finding", "")
        if finding and finding not in open_record.shortcomings:
            values["shortcomings"] = "\n".join(part for part in (open_record.shortcomings, finding) if part)
        values["mend_by"] = context.facts.get("mend_by") or open_record.mend_by
        context.changes["mend_by"] = values["mend_by"]
    context.connection.execute(sa.update(inspection).where(inspection.c.id == open_record.id).values(values))
    visits.done(context.connection, context.model.id)
    context.left.append(
        InspectionConcluded(
            open_record.id,
            values["conclusion"],
            _total(context.connection, open_record.id),
            finding=context.facts.get("finding", ""),
            mend_by=context.facts.get("mend_by"),
        )
    )


def open_record(connection: Connection, model_id: int) -> InspectionView | None:
    """The record of a model that is not concluded yet. Visibility is the caller's."""
    return next((one for one in of_model(connection, model_id) if one.conclusion is None), None)


def of_model(connection: Connection, model_id: int) -> list[InspectionView]:
    """Every record of a model, the oldest first, each with the whole score sheet. Visibility is the caller's."""
    records = connection.execute(
        sa.select(inspection).where(inspection.c.model_id == model_id).order_by(inspection.c.id)
    ).all()
    if not records:
        return []
    year_id = connection.execute(
        sa.select(emulation_model.c.year_id).where(emulation_model.c.id == model_id)
    ).scalar_one()
    ids = [record.id for record in records]
    teams: dict[int, list[MemberView]] = {}
    for row in connection.execute(
        sa.select(
            inspection_member.c.inspection_id,
            inspection_member.c.account_id,
            account.c.user_name,
            account.c.full_name,
            inspection_member.c.head,
        )
        .join(account, account.c.id == inspection_member.c.account_id)
        .where(inspection_member.c.inspection_id.in_(ids))
        .order_by(inspection_member.c.head.desc(), account.c.name_sort, inspection_member.c.id)
    ):
        teams.setdefault(row[0], []).append(MemberView(*row[1:]))
    given = {
        (row.inspection_id, row.criterion_id): row
        for row in connection.execute(sa.select(score).where(score.c.inspection_id.in_(ids)))
    }
    sheet = stored.criteria(connection, year_id)
    views = []
    for record in records:
        lines = tuple(_line(line, given.get((record.id, line.id))) for line in sheet)
        total = sum((line.points for line in lines if line.points is not None), Decimal(0))
        views.append(
            InspectionView(
                id=record.id,
                version=record.version,
                kind=record.kind,
                kind_label=str(INSPECTION_KINDS[record.kind]),
                held_on=record.held_on,
                place=record.place,
                team_decision=record.team_decision,
                members=tuple(teams.get(record.id, ())),
                scores=lines,
                total=total,
                band=stored.band(connection, year_id, float(total)),
                strengths=record.strengths,
                shortcomings=record.shortcomings,
                recommendations=record.recommendations,
                mend_by=record.mend_by,
                conclusion=record.conclusion,
                concluded_at=record.concluded_at,
            )
        )
    return views


def saved_at(connection: Connection, model_id: int) -> datetime | None:
    """When somebody last wrote into a record of the model (unique key of its history); None if nobody did."""
    return connection.execute(
        sa.select(history.c.at)
        .where(history.c.subject == "model", history.c.subject_id == model_id)
        .where(history.c.trigger == InspectionRecorded.trigger)
        .order_by(history.c.seq.desc())
        .limit(1)
    ).scalar()


# Reading what was typed --------------------------------------------------------------------------------------------------------


def _values(record: InspectionInput, today: date) -> dict[str, Any]:
    problems: dict[str, str] = {}
    if record.kind not in INSPECTION_KINDS:
        listed = labels.listed(INSPECTION_KINDS)
        problems["kind"] = _("Hình thức kiểm tra không có. Hãy chọn: %(listed)s.", listed=listed)
    held_on = _date(record.held_on, "held_on", problems)
    if held_on is None and "held_on" not in problems:
        problems["held_on"] = _("Hãy nhập ngày kiểm tra.")
    if held_on is not None and held_on > today:
        problems["held_on"] = _(
            "Ngày kiểm tra %(held_on)s chưa tới. Hãy ghi biên bản sau khi kiểm tra.", held_on=spoken_day(held_on)
        )
    mend_by = _date(record.mend_by, "mend_by", problems)
    if mend_by is not None and held_on is not None and mend_by < held_on:
        problems["mend_by"] = _("Hạn khắc phục phải sau ngày kiểm tra.")
    texts = {}
    for name, longest, multiline in (
        ("place", 300, False),
        ("team_decision", 200, False),
        ("strengths", LONGEST_TEXT, True),
        ("shortcomings", LONGEST_TEXT, True),
        ("recommendations", LONGEST_TEXT, True),
    ):
        texts[name] = clean(getattr(record, name), multiline=multiline)
        if len(texts[name]) > longest:
            problems[name] = _(
                "Dài %(count)s ký tự, tối đa %(longest)s. Hãy rút gọn.", count=len(texts[name]), longest=longest
            )
    if problems:
        raise InvalidInput(problems)
    return {"kind": record.kind, "held_on": held_on, "mend_by": mend_by, **texts}


def _date(written: date | str | None, name: str, problems: dict[str, str]) -> date | None:
    if written is None or (isinstance(written, str) and not clean(written)):
        return None
    try:
        return parse_date_vi(written)
    except Refusal as refusal:
        problems[name] = refusal.message
        return None


@dataclass(frozen=True, slots=True)
class _Given:
    """A score to be written, or taken back when points is None."""

    criterion_id: int
    code: str
    points: Decimal | None
    note: str


def _points(connection: Connection, year_id: int, record: InspectionInput) -> list[_Given]:
    sheet = {line.code: line for line in stored.criteria(connection, year_id)}
    problems = {
        f"scores.{code}": _("Phiếu chấm không có tiêu chí «%(code)s».", code=code[:40])
        for code in {*record.scores, *record.score_notes} - sheet.keys()
    }
    given = []
    for code, line in sheet.items():
        if code not in record.scores:
            continue
        written = clean(str(record.scores[code]))
        note = clean(record.score_notes.get(code, ""))
        if len(note) > 500:
            problems[f"score_notes.{code}"] = _(
                "Ghi chú dài %(count)s ký tự, tối đa 500. Hãy rút gọn.", count=len(note)
            )
        match = _POINTS.fullmatch(written)
        points = Decimal(f"{match[1]}.{match[2] or 0}") if match else None
        if written and points is None:
            problems[f"scores.{code}"] = _(
                "%(label)s: không đọc được điểm «%(written)s». Hãy ghi số từ 0 đến %(max_points)s, ví dụ 13,5.",
                label=_(line.label),
                written=written[:20],
                max_points=line.max_points,
            )
        elif points is not None and points > line.max_points:
            problems[f"scores.{code}"] = _(
                "%(label)s: %(written)s điểm, tối đa %(max_points)s. Hãy chấm lại.",
                label=_(line.label),
                written=written,
                max_points=line.max_points,
            )
        given.append(_Given(line.id, code, points, note))
    if problems:
        raise InvalidInput(problems)
    return given


# Writing -----------------------------------------------------------------------------------------------------------------------


def _put(
    connection: Connection, now: datetime, model_id: int, values: Mapping[str, Any], account_id: int, seen: int | None
) -> tuple[int, int]:
    """Id and version of the open record with these values. The caller holds the model, so nobody begins another one meanwhile."""
    there = connection.execute(
        sa.select(inspection.c.id, inspection.c.version).where(
            inspection.c.model_id == model_id, inspection.c.concluded_at.is_(None)
        )
    ).first()
    if seen is not None and seen != (there.version if there else 0):
        raise Conflict(
            _("Người khác vừa ghi biên bản này. Hãy tải lại để xem phần họ ghi rồi ghi tiếp phần của bạn."),
            guard="version",
        )
    if there is None:
        key = connection.execute(
            sa.insert(inspection).values(model_id=model_id, recorded_at=now, recorded_by=account_id, **values)
        ).inserted_primary_key
        if key is None:
            raise RuntimeError("the database gave no key")
        return int(key[0]), 1
    connection.execute(
        sa.update(inspection).where(inspection.c.id == there.id).values(version=there.version + 1, **values)
    )
    return there.id, there.version + 1


def _put_scores(connection: Connection, record_id: int, points: Sequence[_Given]) -> None:
    touched = [line.criterion_id for line in points]
    connection.execute(sa.delete(score).where(score.c.inspection_id == record_id, score.c.criterion_id.in_(touched)))
    rows = [
        {"inspection_id": record_id, "criterion_id": line.criterion_id, "points": line.points, "note": line.note}
        for line in points
        if line.points is not None
    ]
    if rows:
        connection.execute(sa.insert(score), rows)


def _partial(connection: Connection, accounts: frozenset[int], model: sa.Row[Any], today: date) -> frozenset[int]:
    """Those of the accounts who belong to the registrant: of its unit, or the registered person themselves."""
    own = access.belongs_to(connection, accounts, model.unit_id, today)
    return own | (accounts & {model.person_account_id})


def _total(connection: Connection, record_id: int) -> Decimal:
    total = connection.execute(
        sa.select(sa.func.coalesce(sa.func.sum(score.c.points), 0)).where(score.c.inspection_id == record_id)
    ).scalar_one()
    return Decimal(str(total))


def _line(line: Criterion, given: sa.Row[Any] | None) -> ScoreView:
    return ScoreView(
        line.code, _(line.label), line.max_points, given.points if given else None, given.note if given else ""
    )
