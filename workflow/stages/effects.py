"""What a transition marks on the model beside its state. Effects set columns; they write nothing themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import sqlalchemy as sa

from workflow.core.engine.context import Context
from workflow.core.lifecycles.vocabulary import EFFECT_NAMES
from workflow.ground.schema import emulation_model
from workflow.ground.speech import _, spoken_day

Effect = Callable[[Context], None]
EFFECTS: Final[dict[str, Effect]] = {}


def _effect(effect: Effect) -> Effect:
    EFFECTS[effect.__name__] = effect
    return effect


def _listed(before: str, context: Context) -> str:
    """',3,17,' with the people of this act added; who is in it stays."""
    people = {int(item) for item in before.split(",") if item} | context.people
    return f",{','.join(str(who) for who in sorted(people))},"


@_effect
def mark_submitted(context: Context) -> None:
    """The first submission decides about lateness; a later one, after a return, does not."""
    context.changes["submitters"] = _listed(context.model.submitters, context)
    if context.model.submitted_at is None:
        context.changes["submitted_at"] = context.now
        closes_on = context.year().closes_on
        if context.today > closes_on:
            context.changes["late"] = True
            context.payload["late"] = True
            context.warnings.append(
                _(
                    "Đã hết hạn đăng ký ngày %(closes_on)s: phiếu vẫn được nhận và ghi là đăng ký trễ.",
                    closes_on=spoken_day(closes_on),
                )
            )


@_effect
def mark_accepted(context: Context) -> None:
    context.changes["accepted_at"] = context.now


@_effect
def mark_started(context: Context) -> None:
    context.changes["started_at"] = context.now


@_effect
def mark_inspected(context: Context) -> None:
    context.changes["inspected_at"] = context.now


@_effect
def mark_proposed(context: Context) -> None:
    context.changes["proposed_at"] = context.now
    context.changes["proposers"] = _listed(context.model.proposers, context)


@_effect
def mark_recognised(context: Context) -> None:
    context.changes["recognised_at"] = context.now
    if context.facts.get("outstanding"):
        context.changes["outstanding"] = True


@_effect
def mark_commune_recognised(context: Context) -> None:
    context.changes["recognised_at"] = context.now


@_effect
def mark_merged(context: Context) -> None:
    context.changes["merged_into_id"] = context.connection.execute(
        sa.select(emulation_model.c.id).where(emulation_model.c.code == context.facts["merged_into"])
    ).scalar_one()


@_effect
def mark_revoked(context: Context) -> None:
    context.changes["outstanding"] = False


@_effect
def clear_submission(context: Context) -> None:
    context.changes["submission_id"] = None


if set(EFFECTS) != EFFECT_NAMES:
    raise RuntimeError(f"effects and vocabulary differ: {sorted(set(EFFECTS) ^ EFFECT_NAMES)}")
