"""What a page or the command line shows of submissions and decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core.access import OWN_SCOPED, Actor, outermost, under
from workflow.core.people.units import few_below
from workflow.ground.dialects import any_of
from workflow.ground.refusals import InvalidInput, NotFound
from workflow.ground.schema import (
    achievement_report,
    decision,
    emulation_model,
    programme_year,
    roster_entry,
    submission,
    unit,
)
from workflow.ground.speech import _
from workflow.stages.recognition import dossier


@dataclass(frozen=True, slots=True)
class RosterLine:
    """One model on the roster, as it was when the roster was drawn up; report: its achievement report, "" while missing."""

    position: int
    code: str
    model_name: str
    registrant: str
    field_label: str
    results: str
    votes_for: int
    members: int
    state: str
    report: str


@dataclass(frozen=True, slots=True)
class SubmissionView:
    """One submission. listed, reported: models on the roster and with a report, to be compared with declared_models.

    misnamed: models whose name is not the same in all papers.
    """

    id: int
    year: int
    meeting_id: int
    unit_code: str
    unit_name: str
    to_unit_name: str
    number: str
    dated: date | None
    signer: str
    declared_models: int
    listed: int
    reported: int
    created_at: datetime
    misnamed: int
    roster: tuple[RosterLine, ...] = ()
    differences: tuple[str, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether text, roster and reports name the same models."""
        return self.declared_models == self.listed == self.reported and self.misnamed == 0


@dataclass(frozen=True, slots=True)
class DecisionView:
    """One decision. models: how many of those this person may see it concerns, counted up to `MOST_COUNTED`; more: beyond it."""

    id: int
    issuer_name: str
    type: str
    number: int
    symbol: str
    dated: date
    signer: str
    period: str
    ground: str
    models: int
    more: bool

    @property
    def written(self) -> str:
        """Number and symbol as on paper: 12-QĐ/BCĐ."""
        return f"{self.number}-{self.symbol}" if self.symbol else str(self.number)


@dataclass(frozen=True, slots=True)
class DecisionPage:
    """Some decisions, the latest first; following: what to hand in as `place` for those after them."""

    rows: tuple[DecisionView, ...]
    following: str


MOST_SHOWN: Final = 50
MOST_COUNTED: Final = 1_000
_issuer = unit.alias("issuer")
_recipient = unit.alias("recipient")


def _of_submission(table: sa.Table) -> sa.ScalarSelect[int]:
    counted = sa.select(sa.func.count()).select_from(table).where(table.c.submission_id == submission.c.id)
    return counted.correlate(submission).scalar_subquery()


_MISNAMED = (
    sa.select(sa.func.count())
    .select_from(
        roster_entry.join(emulation_model, emulation_model.c.id == roster_entry.c.model_id).outerjoin(
            achievement_report,
            sa.and_(
                achievement_report.c.submission_id == roster_entry.c.submission_id,
                achievement_report.c.model_id == roster_entry.c.model_id,
            ),
        )
    )
    .where(
        roster_entry.c.submission_id == submission.c.id,
        sa.or_(
            roster_entry.c.model_name != emulation_model.c.name,
            achievement_report.c.model_name != emulation_model.c.name,
        ),
    )
    .correlate(submission)
    .scalar_subquery()
)
_SUBMISSION = (
    sa.select(
        submission,
        programme_year.c.year,
        programme_year.c.definition_hash,
        unit.c.code.label("unit_code"),
        unit.c.name.label("unit_name"),
        unit.c.path.label("unit_path"),
        _recipient.c.name.label("to_unit_name"),
        _of_submission(roster_entry).label("listed"),
        _of_submission(achievement_report).label("reported"),
        _MISNAMED.label("misnamed"),
    )
    .join(unit, unit.c.id == submission.c.unit_id)
    .join(_recipient, _recipient.c.id == submission.c.to_unit_id)
    .join(programme_year, programme_year.c.id == submission.c.year_id)
)


def seen_submission(connection: Connection, actor: Actor, submission_id: int) -> sa.Row[Any]:
    """The submission if this person has a role over the body that sends it, other than a registrant's; else NotFound."""
    row = connection.execute(_SUBMISSION.where(submission.c.id == submission_id)).first()
    if row is None or not any(g.role not in OWN_SCOPED and g.covers(row.unit_path) for g in actor.grants):
        raise NotFound(
            _("Không có tờ trình số thứ tự %(submission_id)s trong phạm vi của bạn.", submission_id=submission_id),
            guard="submission",
        )
    return row


def submission_view(connection: Connection, actor: Actor, submission_id: int) -> SubmissionView:
    """One submission with its roster and where its papers disagree."""
    row = seen_submission(connection, actor, submission_id)
    lines = connection.execute(
        sa.select(
            roster_entry.c.position,
            emulation_model.c.code,
            roster_entry.c.model_name,
            roster_entry.c.registrant,
            roster_entry.c.field_label,
            roster_entry.c.results,
            roster_entry.c.votes_for,
            roster_entry.c.members,
            emulation_model.c.state,
            sa.func.coalesce(achievement_report.c.content, "").label("report"),
        )
        .join(emulation_model, emulation_model.c.id == roster_entry.c.model_id)
        .outerjoin(
            achievement_report,
            sa.and_(
                achievement_report.c.submission_id == roster_entry.c.submission_id,
                achievement_report.c.model_id == roster_entry.c.model_id,
            ),
        )
        .where(roster_entry.c.submission_id == submission_id)
        .order_by(roster_entry.c.position)
    )
    return _view(
        row,
        tuple(RosterLine(**line._mapping) for line in lines),
        tuple(dossier.differences(connection, submission_id)),
    )


def submissions(connection: Connection, actor: Actor, year: int) -> list[SubmissionView]:
    """The submissions of a year from bodies in this person's scope, the latest first, without their rosters."""
    wide = outermost(g.unit_path for g in actor.grants if g.role not in OWN_SCOPED)
    if not wide:
        return []
    rows = connection.execute(
        _SUBMISSION.where(programme_year.c.year == year, sa.or_(*(under(path) for path in wide))).order_by(
            submission.c.id.desc()
        )
    )
    return [_view(row) for row in rows]


def incoming(connection: Connection, actor: Actor, year: int) -> list[tuple[SubmissionView, dict[str, int]]]:
    """The submissions of a year that have models on their way, with how many are in each state: two statements."""
    papers = submissions(connection, actor, year)
    rows = connection.execute(
        sa.select(emulation_model.c.submission_id, emulation_model.c.state, sa.func.count())
        .where(any_of(emulation_model.c.submission_id, [paper.id for paper in papers]))
        .group_by(emulation_model.c.submission_id, emulation_model.c.state)
        .order_by(emulation_model.c.state)
    )
    states: dict[int, dict[str, int]] = {}
    for submission_id, state, count in rows:
        states.setdefault(submission_id, {})[state] = count
    return [(paper, states[paper.id]) for paper in papers if paper.id in states]


def decisions(connection: Connection, actor: Actor, place: str = "", *, kind: str = "") -> DecisionPage:
    """The decisions issued in this person's scope or concerning a model they may see, the latest first (ix_decision_dated).

    kind: only recognitions or only revocations. Raises InvalidInput for a place that is none.
    """
    conditions = [decision.c.type == kind] if kind else []
    if place:
        latest = sa.tuple_(decision.c.dated, decision.c.number, decision.c.id)
        conditions.append(latest < sa.tuple_(*map(sa.literal, _read(place))))
    found = _decisions(connection, actor, *conditions)
    more = len(found) > MOST_SHOWN
    last = found[MOST_SHOWN - 1] if more else None
    following = f"{last.dated.isoformat()}.{last.number}.{last.id}" if last else ""
    return DecisionPage(tuple(found[:MOST_SHOWN]), following)


def decision_seen(connection: Connection, actor: Actor, decision_id: int) -> DecisionView:
    """One of these. Raises NotFound for any other."""
    found = _decisions(connection, actor, decision.c.id == decision_id)
    if not found:
        raise NotFound(
            _("Không có quyết định số thứ tự %(decision_id)s trong phạm vi của bạn.", decision_id=decision_id),
            guard="decision",
        )
    return found[0]


def _decisions(connection: Connection, actor: Actor, *conditions: sa.ColumnElement[bool]) -> list[DecisionView]:
    wide = outermost(g.unit_path for g in actor.grants if g.role not in OWN_SCOPED)
    seen = _of_few(connection, actor, wide)
    columns = (emulation_model.c.decision_id, emulation_model.c.revocation_id)
    of_each = [
        sa.select(emulation_model.c.id).where(column == decision.c.id, seen).correlate(decision) for column in columns
    ]
    counted = [
        sa.select(sa.func.count()).select_from(one.limit(MOST_COUNTED + 1).subquery()).scalar_subquery()
        for one in of_each
    ]
    issued = [sa.and_(_issuer.c.path >= path, _issuer.c.path < path[:-1] + "0") for path in wide]
    rows = connection.execute(
        sa.select(
            decision.c.id,
            _issuer.c.name.label("issuer_name"),
            decision.c.type,
            decision.c.number,
            decision.c.symbol,
            decision.c.dated,
            decision.c.signer,
            decision.c.period,
            decision.c.ground,
            (counted[0] + counted[1]).label("models"),
        )
        .join(_issuer, _issuer.c.id == decision.c.issuer_id)
        .where(sa.or_(*issued, *(one.exists() for one in of_each)), *conditions)
        .order_by(decision.c.dated.desc(), decision.c.number.desc(), decision.c.id.desc())
        .limit(MOST_SHOWN + 1)
    )
    return [
        DecisionView(**{**row._mapping, "models": min(row.models, MOST_COUNTED), "more": row.models > MOST_COUNTED})
        for row in rows
    ]


def _of_few(connection: Connection, actor: Actor, wide: Sequence[str]) -> sa.ColumnElement[bool]:
    """What a person sees of models that were handed in: by the units if they are few, else by the place of each model's unit."""
    own = [grant.unit_id for grant in actor.grants if grant.role in OWN_SCOPED]
    few = few_below(connection, wide)
    if few is not None:
        return any_of(emulation_model.c.unit_id, sorted({*few, *own}))
    place = sa.select(unit.c.path).where(unit.c.id == emulation_model.c.unit_id).correlate(emulation_model)
    path = place.scalar_subquery()
    below = [sa.and_(path >= one, path < one[:-1] + "0") for one in wide]
    return sa.or_(any_of(emulation_model.c.unit_id, own), *below)


def _read(place: str) -> tuple[date, int, int]:
    try:
        day, number, key = place.split(".")
        if not (number.isdecimal() and key.isdecimal()) or max(len(number), len(key)) > 18:
            raise ValueError(place)
        return date.fromisoformat(day), int(number), int(key)
    except ValueError:
        raise InvalidInput({"place": _("Liên kết đến trang này không đúng. Hãy mở lại danh sách từ đầu.")}) from None


def _view(row: sa.Row[Any], roster: tuple[RosterLine, ...] = (), differences: tuple[str, ...] = ()) -> SubmissionView:
    return SubmissionView(
        id=row.id,
        year=row.year,
        meeting_id=row.meeting_id,
        unit_code=row.unit_code,
        unit_name=row.unit_name,
        to_unit_name=row.to_unit_name,
        number=row.number,
        dated=row.dated,
        signer=row.signer,
        declared_models=row.declared_models,
        listed=row.listed,
        reported=row.reported,
        misnamed=row.misnamed,
        created_at=row.created_at,
        roster=roster,
        differences=differences,
    )
