"""What waits for a person: models whose present state has a step that one of his roles takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow import access, programme
from workflow.access import OWN_SCOPED, Actor, Grant
from workflow.lifecycle import Definition, State, Transition
from workflow.schema import (
    account,
    change_request,
    emulation_model,
    field,
    meeting_member,
    person,
    programme_year,
    review_meeting,
    unit,
)

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Waiting:
    """Models in one state that wait for this person. more: there are others beside those shown."""

    year: int
    state: State
    actions: tuple[str, ...]
    rows: tuple[sa.Row[Any], ...]
    more: bool


def waiting(connection: Connection, actor: Actor) -> list[Waiting]:
    """Everything that waits for the person, in the order of the lifecycle: one statement for each state he acts on."""
    found = []
    for year in connection.execute(sa.select(programme_year).order_by(programme_year.c.year.desc()).limit(3)):
        definition = programme.definition(connection, year.definition_hash)
        for state in definition.states.values():
            mine = [(step, grants) for step in _steps(definition, state) if (grants := _grants(actor, step))]
            if not mine:
                continue
            scope = _scope([grant for _, grants in mine for grant in grants])
            rows = _models(connection, actor, year.id, state.id, scope)
            if rows:
                actions = tuple(dict.fromkeys(step.label for step, _ in mine))
                found.append(Waiting(year.year, state, actions, tuple(rows[:MOST_SHOWN]), len(rows) > MOST_SHOWN))
    return found


def _steps(definition: Definition, state: State) -> list[Transition]:
    """What moves a model on from here. Withdrawing, merging and revoking wait for nobody."""
    return [step for step in definition.outgoing(state.id) if not step.danger]


def _grants(actor: Actor, step: Transition) -> list[Grant]:
    return [
        grant
        for grant in actor.grants
        if grant.role in step.roles
        and (grant.role not in step.role_levels or grant.unit_level in step.role_levels[grant.role])
    ]


def _scope(grants: Sequence[Grant]) -> sa.ColumnElement[bool]:
    own = [grant.unit_id for grant in grants if grant.role in OWN_SCOPED]
    wide = access.outermost(grant.unit_path for grant in grants if grant.role not in OWN_SCOPED)
    return sa.or_(sa.false(), emulation_model.c.unit_id.in_(own), *(access.under(path) for path in wide))


def _models(
    connection: Connection, actor: Actor, year_id: int, state: str, scope: sa.ColumnElement[bool]
) -> list[sa.Row[Any]]:
    """The first models in a state, those that wait longest first (index ix_emulation_model_state)."""
    return list(
        connection.execute(
            sa.select(
                emulation_model.c.code,
                emulation_model.c.name,
                emulation_model.c.kind,
                emulation_model.c.state,
                emulation_model.c.definition_hash,
                emulation_model.c.late,
                emulation_model.c.outstanding,
                emulation_model.c.changed_at,
                unit.c.name.label("unit_name"),
                person.c.full_name.label("person_name"),
                field.c.label.label("field_label"),
            )
            .join(unit, unit.c.id == emulation_model.c.unit_id)
            .join(field, field.c.id == emulation_model.c.field_id)
            .outerjoin(person, person.c.id == emulation_model.c.person_id)
            .where(
                emulation_model.c.year_id == year_id,
                emulation_model.c.state == state,
                scope,
                access.visible(actor),
            )
            .order_by(emulation_model.c.id)
            .limit(MOST_SHOWN + 1)
        )
    )


def open_requests(connection: Connection, actor: Actor, roles: Sequence[str]) -> list[sa.Row[Any]]:
    """Requests to change a name or field that this person may decide: over his units, and not his own."""
    grants = [grant for grant in actor.grants if grant.role in roles]
    if not grants:
        return []
    return list(
        connection.execute(
            sa.select(
                change_request.c.id,
                change_request.c.subject,
                change_request.c.before,
                change_request.c.after,
                change_request.c.requested_at,
                account.c.full_name.label("asker"),
                emulation_model.c.code,
                unit.c.name.label("unit_name"),
            )
            .join(emulation_model, emulation_model.c.id == change_request.c.model_id)
            .join(unit, unit.c.id == emulation_model.c.unit_id)
            .join(account, account.c.id == change_request.c.requested_by)
            .where(
                change_request.c.status == "open",
                change_request.c.requested_by != actor.account_id,
                _scope(grants),
                access.visible(actor),
            )
            .order_by(change_request.c.id)
            .limit(MOST_SHOWN)
        )
    )


def my_meetings(connection: Connection, actor: Actor) -> list[sa.Row[Any]]:
    """Meetings this person is a member of that are being prepared or held."""
    return list(
        connection.execute(
            sa.select(review_meeting.c.id, review_meeting.c.title, review_meeting.c.held_on, review_meeting.c.status)
            .join(meeting_member, meeting_member.c.meeting_id == review_meeting.c.id)
            .where(meeting_member.c.account_id == actor.account_id, review_meeting.c.status.in_(("prepared", "open")))
            .order_by(review_meeting.c.held_on)
            .limit(MOST_SHOWN)
        )
    )
