"""Planned visits of inspection teams: which models are visited on which day by whom, and which still wait for a day.

What a team finds is written by `inspection.py`; a plan binds nobody to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access
from workflow.core.access import Actor, Grant
from workflow.core.engine import changes
from workflow.core.history import acting
from workflow.core.lifecycles import store
from workflow.ground.reading.dates import parse_date_vi
from workflow.ground.reading.order import person_order
from workflow.ground.reading.text import clean
from workflow.ground.refusals import Conflict, InvalidInput, NotFound, NotPossible, Refusal
from workflow.ground.schema import (
    PERSON_NAME,
    account,
    emulation_model,
    field,
    inspection,
    lifecycle_definition,
    person,
    programme_year,
    registration_form,
    score,
    unit,
    visit,
    visit_member,
    visit_model,
)
from workflow.ground.speech import _, spoken_day
from workflow.ground.vietnam_time import local_date
from workflow.stages.inspection.events import VisitCancelled, VisitPlanned
from workflow.stages.inspection.participants import named, require_writer, units_of

RECORD: Final = "inspection"
MOST_IN_A_VISIT: Final = 60
MOST_SHOWN: Final = 500


@dataclass(frozen=True, slots=True)
class VisitInput:
    """A visit as it shall stand. day: as a date or as people write it. models: codes. members, head: user names."""

    day: date | str
    models: Sequence[str]
    members: Sequence[str] = ()
    head: str = ""
    team_decision: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class MemberOfVisit:
    """Somebody of the team."""

    account_id: int
    user_name: str
    full_name: str
    head: bool


@dataclass(frozen=True, slots=True)
class VisitView:
    """A planned visit. version: to be named when changing it."""

    id: int
    version: int
    unit_path: str
    unit_name: str
    day: date
    team_decision: str
    note: str
    members: tuple[MemberOfVisit, ...]

    def has(self, account_id: int) -> bool:
        """Whether this person belongs to the team."""
        return any(member.account_id == account_id for member in self.members)


@dataclass(frozen=True, slots=True)
class Awaiting:
    """A model that waits for its inspection. scored: criteria with points in the record begun, None without a record."""

    code: str
    name: str
    commune: str
    unit_name: str
    person_name: str
    field_label: str
    representative: str
    phone: str
    place: str
    visit: VisitView | None
    scored: int | None
    total: Decimal | None
    mine: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that waits in a person's scope, by commune and unit. more: there are others beside those shown."""

    rows: tuple[Awaiting, ...]
    more: bool


def waiting(connection: Connection, actor: Actor) -> Plan:
    """The models that wait for an inspection by this person's roles, in the order of the unit tree. Six statements, however many.

    The telephone number is whole for the team of a model's visit and masked for others.
    """
    states, roles = _inspected_in(connection)
    paths = access.outermost(grant.unit_path for grant in actor.grants if grant.role in roles)
    if not paths or not states:
        return Plan((), more=False)
    years = sa.select(programme_year.c.id).order_by(programme_year.c.year.desc()).limit(3)
    wanted = (
        sa.select(
            emulation_model.c.id,
            emulation_model.c.code,
            emulation_model.c.name,
            unit.c.name.label("unit_name"),
            unit.c.path,
            PERSON_NAME.label("person_name"),
            field.c.label.label("field_label"),
            registration_form.c.representative,
            registration_form.c.phone,
            registration_form.c.place_people,
            visit_model.c.visit_id,
        )
        .join(unit, unit.c.id == emulation_model.c.unit_id)
        .join(field, field.c.id == emulation_model.c.field_id)
        .outerjoin(person, person.c.id == emulation_model.c.person_id)
        .outerjoin(registration_form, registration_form.c.model_id == emulation_model.c.id)
        .outerjoin(visit_model, visit_model.c.model_id == emulation_model.c.id)
        .where(
            emulation_model.c.year_id.in_(years),
            emulation_model.c.state.in_(sorted(states)),
            sa.or_(*(access.under(path) for path in paths)),
            access.visible(actor),
        )
        .order_by(unit.c.tree_sort, emulation_model.c.name_sort, emulation_model.c.id)
        .limit(MOST_SHOWN + 1)
    )
    found: list[sa.Row[Any]] = list(connection.execute(wanted))
    shown = found[:MOST_SHOWN]
    planned = _visits(connection, {row.visit_id for row in shown if row.visit_id is not None})
    begun = _begun(connection, [row.id for row in shown])
    communes = _communes(connection, [row.path for row in shown])
    return Plan(
        tuple(_awaiting(row, actor, planned.get(row.visit_id), begun.get(row.id), communes[row.path]) for row in shown),
        more=len(found) > MOST_SHOWN,
    )


def masked(phone: str) -> str:
    """A telephone number of which the last three digits can be read."""
    digits = sum(character.isdigit() for character in phone)
    kept, seen = [], 0
    for character in phone:
        seen += character.isdigit()
        kept.append("•" if character.isdigit() and seen <= digits - 3 else character)
    return "".join(kept)


def get(connection: Connection, actor: Actor, visit_id: int) -> VisitView:
    """A visit for somebody who inspects where it goes. Raises NotFound for everybody else."""
    _states, roles = _inspected_in(connection)
    found = _visits(connection, {visit_id}).get(visit_id)
    if found is None or actor.grant_for(roles, found.unit_path) is None:
        raise NotFound(
            _("Không có chuyến kiểm tra số %(visit_id)s trong phạm vi của bạn.", visit_id=visit_id), guard="visit"
        )
    return found


def models_of(connection: Connection, visit_id: int) -> list[sa.Row[Any]]:
    """The models of a visit (code, name, unit_name, path), in the order of the unit tree."""
    return list(
        connection.execute(
            sa.select(emulation_model.c.code, emulation_model.c.name, unit.c.name.label("unit_name"), unit.c.path)
            .join(visit_model, visit_model.c.model_id == emulation_model.c.id)
            .join(unit, unit.c.id == emulation_model.c.unit_id)
            .where(visit_model.c.visit_id == visit_id)
            .order_by(unit.c.tree_sort, emulation_model.c.name_sort, emulation_model.c.id)
        )
    )


def of_model(connection: Connection, model_id: int) -> VisitView | None:
    """The visit in which a model comes next. Visibility is the caller's."""
    visit_id = connection.execute(
        sa.select(visit_model.c.visit_id).where(visit_model.c.model_id == model_id)
    ).scalar_one_or_none()
    return None if visit_id is None else _visits(connection, {visit_id})[visit_id]


def common_path(paths: Sequence[str]) -> str:
    """The path of the lowest unit with all of these at or below it; '' for units of different trees."""
    shared: list[str] = []
    for ids in zip(*(path.strip("/").split("/") for path in paths), strict=False):
        if len(set(ids)) > 1:
            break
        shared.append(ids[0])
    return f"/{'/'.join(shared)}/" if shared else ""


def save(
    connection: Connection,
    who: int | str,
    now: datetime,
    planned: VisitInput,
    *,
    visit_id: int | None = None,
    version: int | None = None,
) -> int:
    """Plan a visit, or change the one with this id; its id. A model that was planned for another visit moves to this one.

    Raises InvalidInput, NotAllowed, NotFound, NotPossible, and Conflict when `version` is no longer the present one.
    """
    actor = access.actor(connection, who, now)
    today = local_date(now)
    before = get(connection, actor, visit_id) if visit_id is not None else None
    if before is not None and version is not None and before.version != version:
        raise Conflict(_("Người khác vừa sửa chuyến kiểm tra này. Hãy đối chiếu rồi gửi lại."), guard="version")
    values = _values(planned, today, before)
    codes = list(dict.fromkeys(clean(code) for code in planned.models))
    if not codes:
        raise InvalidInput({"models": _("Hãy chọn ít nhất một mô hình cho chuyến kiểm tra.")})
    if len(codes) > MOST_IN_A_VISIT:
        raise InvalidInput(
            {
                "models": _(
                    "Một chuyến nhiều nhất %(most_in_a_visit)s mô hình. Hãy chia thành nhiều chuyến.",
                    most_in_a_visit=MOST_IN_A_VISIT,
                )
            }
        )
    held = {code: changes.held(connection, actor, code) for code in sorted(codes)}
    grants = {code: _may_visit(connection, actor, model) for code, model in held.items()}
    path = common_path([model.unit_path for model in held.values()])
    unit_id = connection.execute(sa.select(unit.c.id).where(unit.c.path == path)).scalar_one_or_none()
    if unit_id is None:
        raise InvalidInput({"models": _("Các mô hình không cùng một địa bàn. Hãy lập chuyến riêng cho từng nơi.")})
    team = named(connection, planned.members, path, today, form_field="members")
    head = clean(planned.head)
    if head and head not in team:
        raise InvalidInput({"head": _("Trưởng đoàn phải là một thành viên của đoàn.")})
    _require_independent(connection, team, held, today)

    kept_id = _put(connection, actor, now, before, {**values, "unit_id": unit_id})
    connection.execute(sa.delete(visit_member).where(visit_member.c.visit_id == kept_id))
    if team:
        rows = [{"visit_id": kept_id, "account_id": row.id, "head": name == head} for name, row in team.items()]
        connection.execute(sa.insert(visit_member), rows)
    moved = _place(connection, kept_id, [model.id for model in held.values()])
    redated = before is None or before.day != values["day"]
    for code, model in held.items():
        # The unit is told of a day, not of every stroke of the pen.
        if model.id in moved or redated:
            told = VisitPlanned(kept_id, values["day"], tuple(row.id for row in team.values()))
            changes.note(connection, acting(actor, grants[code]), now, model, told)
    return kept_id


def cancel(connection: Connection, who: int | str, now: datetime, visit_id: int) -> None:
    """Call a planned visit off; its models wait for another day."""
    actor = access.actor(connection, who, now)
    get(connection, actor, visit_id)
    for row in models_of(connection, visit_id):
        model = changes.held(connection, actor, row.code)
        grant = _may_visit(connection, actor, model)
        changes.note(connection, acting(actor, grant), now, model, VisitCancelled(visit_id))
    for table in (visit_model, visit_member):
        connection.execute(sa.delete(table).where(table.c.visit_id == visit_id))
    connection.execute(sa.delete(visit).where(visit.c.id == visit_id))


def done(connection: Connection, model_id: int) -> None:
    """A model has been inspected: the plan no longer speaks of it. Its record says who was there and when."""
    connection.execute(sa.delete(visit_model).where(visit_model.c.model_id == model_id))


# Reading -----------------------------------------------------------------------------------------------------------------------


def _inspected_in(connection: Connection) -> tuple[frozenset[str], frozenset[str]]:
    """The states in which some definition has a step that leaves an inspection record, and the roles that take it."""
    hashes = connection.execute(sa.select(lifecycle_definition.c.hash)).scalars().all()
    definitions = [store.definition(connection, content_hash) for content_hash in hashes]
    steps = [
        (source, step)
        for definition in definitions
        for source in definition.states
        for step in definition.outgoing(source)
        if step.record == RECORD
    ]
    return frozenset(source for source, _ in steps), frozenset(role for _, step in steps for role in step.roles)


def _visits(connection: Connection, ids: set[int]) -> dict[int, VisitView]:
    if not ids:
        return {}
    teams: dict[int, list[MemberOfVisit]] = {}
    for row in connection.execute(
        sa.select(visit_member.c.visit_id, account.c.id, account.c.user_name, account.c.full_name, visit_member.c.head)
        .join(account, account.c.id == visit_member.c.account_id)
        .where(visit_member.c.visit_id.in_(ids))
        .order_by(visit_member.c.head.desc(), account.c.name_sort, visit_member.c.id)
    ):
        teams.setdefault(row[0], []).append(MemberOfVisit(*row[1:]))
    rows = connection.execute(
        sa.select(visit, unit.c.path, unit.c.name).join(unit, unit.c.id == visit.c.unit_id).where(visit.c.id.in_(ids))
    )
    return {
        row.id: VisitView(
            row.id,
            row.version,
            row.path,
            row.name,
            row.day,
            row.team_decision,
            row.note,
            tuple(teams.get(row.id, ())),
        )
        for row in rows
    }


def _begun(connection: Connection, model_ids: Sequence[int]) -> dict[int, sa.Row[Any]]:
    """Of each model with an open record: who began it, how many criteria have points, and how many points."""
    if not model_ids:
        return {}
    rows = connection.execute(
        sa.select(
            inspection.c.model_id,
            inspection.c.recorded_by,
            sa.func.count(score.c.id).label("scored"),
            sa.func.coalesce(sa.func.sum(score.c.points), 0).label("total"),
        )
        .outerjoin(score, score.c.inspection_id == inspection.c.id)
        .where(inspection.c.model_id.in_(list(model_ids)), inspection.c.concluded_at.is_(None))
        .group_by(inspection.c.id, inspection.c.model_id, inspection.c.recorded_by)
    )
    return {row.model_id: row for row in rows}


def _communes(connection: Connection, paths: Sequence[str]) -> dict[str, str]:
    """For each path the name of the commune above it; of the unit itself when it lies in none (an agency)."""
    ids = {int(one) for path in paths for one in path.strip("/").split("/")}
    known = {
        row.id: row
        for row in connection.execute(sa.select(unit.c.id, unit.c.name, unit.c.level).where(unit.c.id.in_(ids)))
    }
    found = {}
    for path in paths:
        line = [known[int(one)] for one in path.strip("/").split("/")]
        found[path] = next((one.name for one in line if one.level == "commune"), line[-1].name)
    return found


def _awaiting(
    row: sa.Row[Any], actor: Actor, planned: VisitView | None, begun: sa.Row[Any] | None, commune: str
) -> Awaiting:
    mine = planned is not None and planned.has(actor.account_id)
    phone = row.phone or ""
    return Awaiting(
        code=row.code,
        name=row.name,
        commune=commune,
        unit_name=row.unit_name,
        person_name=row.person_name or "",
        field_label=row.field_label,
        representative=row.representative or "",
        phone=phone if mine else masked(phone),
        place=_first_line(row.place_people or ""),
        visit=planned,
        scored=None if begun is None else begun.scored,
        total=None if begun is None else Decimal(str(begun.total)),
        mine=mine or (begun is not None and begun.recorded_by == actor.account_id),
    )


def _first_line(text: str) -> str:
    line = text.strip().split("\n", 1)[0]
    return line if len(line) <= 120 else line[:119].rstrip() + "…"


# Writing -----------------------------------------------------------------------------------------------------------------------


def _values(planned: VisitInput, today: date, before: VisitView | None) -> dict[str, Any]:
    problems: dict[str, str] = {}
    day = None
    if isinstance(planned.day, str) and not clean(planned.day):
        problems["day"] = _("Hãy nhập ngày đi kiểm tra.")
    else:
        try:
            day = parse_date_vi(planned.day)
        except Refusal as refusal:
            problems["day"] = refusal.message
    if day is not None and day < today and (before is None or before.day != day):
        problems["day"] = _("Ngày %(day)s đã qua. Hãy hẹn từ hôm nay trở đi.", day=spoken_day(day))
    texts = {}
    for name, longest in (("team_decision", 200), ("note", 300)):
        texts[name] = clean(getattr(planned, name))
        if len(texts[name]) > longest:
            problems[name] = _(
                "Dài %(count)s ký tự, tối đa %(longest)s. Hãy rút gọn.", count=len(texts[name]), longest=longest
            )
    if problems:
        raise InvalidInput(problems)
    return {"day": day, **texts}


def _may_visit(connection: Connection, actor: Actor, model: sa.Row[Any]) -> Grant:
    definition = store.definition(connection, model.definition_hash)
    grant = require_writer(actor, definition, RECORD, model.unit_path, to=_("hẹn ngày kiểm tra"))
    if not any(step.record == RECORD for step in definition.outgoing(model.state)):
        label = definition.states[model.state].label
        raise NotPossible(
            _("Mô hình %(code)s đang ở «%(label)s» nên chưa hẹn ngày kiểm tra được.", code=model.code, label=label),
            guard="state",
        )
    return grant


def _require_independent(
    connection: Connection, team: Mapping[str, sa.Row[Any]], held: Mapping[str, sa.Row[Any]], today: date
) -> None:
    belongs = units_of(connection, [row.id for row in team.values()], today) if team else {}
    own = sorted(
        {
            row.full_name
            for row in team.values()
            for model in held.values()
            if model.unit_id in belongs[row.id] or model.person_account_id == row.id
        },
        key=person_order,
    )
    if own:
        names = ", ".join(own)
        raise InvalidInput(
            {
                "members": _(
                    "Người của chính đơn vị đăng ký không được kiểm tra: %(names)s. Hãy thay người.", names=names
                )
            }
        )


def _put(
    connection: Connection, actor: Actor, now: datetime, before: VisitView | None, values: Mapping[str, Any]
) -> int:
    if before is None:
        return int(
            connection.execute(
                sa.insert(visit).values(planned_at=now, planned_by=actor.account_id, **values).returning(visit.c.id)
            ).scalar_one()
        )
    changed = connection.execute(
        sa.update(visit)
        .where(visit.c.id == before.id, visit.c.version == before.version)
        .values(version=before.version + 1, **values)
    )
    if changed.rowcount != 1:
        raise Conflict(_("Người khác vừa sửa chuyến kiểm tra này. Hãy đối chiếu rồi gửi lại."), guard="version")
    return before.id


def _place(connection: Connection, visit_id: int, model_ids: Sequence[int]) -> set[int]:
    """Make these the models of the visit; which of them are new in it."""
    here = sa.select(visit_model.c.model_id).where(visit_model.c.visit_id == visit_id)
    present = set(connection.execute(here).scalars())
    connection.execute(
        sa.delete(visit_model).where(
            sa.or_(visit_model.c.visit_id == visit_id, visit_model.c.model_id.in_(list(model_ids)))
        )
    )
    connection.execute(sa.insert(visit_model), [{"visit_id": visit_id, "model_id": one} for one in model_ids])
    return set(model_ids) - present
