"""What registration marks on a model: handed in, late, accepted, taken over by another one.

Effects set columns; they write nothing themselves.
"""

from __future__ import annotations

import sqlalchemy as sa

from workflow.core.engine.context import Context
from workflow.core.engine.rules import effect, with_people
from workflow.ground.schema import emulation_model
from workflow.ground.speech import _, spoken_day
from workflow.stages.registration.events import HandedInLate, MergedInto


@effect
def mark_submitted(context: Context) -> None:
    """The first submission decides about lateness; a later one, after a return, does not."""
    context.changes["submitters"] = with_people(context.model.submitters, context)
    if context.model.submitted_at is None:
        context.changes["submitted_at"] = context.now
        closes_on = context.year().closes_on
        if context.today > closes_on:
            context.changes["late"] = True
            context.left.append(HandedInLate(late=True))
            context.warnings.append(
                _(
                    "Đã hết hạn đăng ký ngày %(closes_on)s: phiếu vẫn được nhận và ghi là đăng ký trễ.",
                    closes_on=spoken_day(closes_on),
                )
            )


@effect
def mark_accepted(context: Context) -> None:
    context.changes["accepted_at"] = context.now


@effect
def mark_merged(context: Context) -> None:
    code = context.facts["merged_into"]
    context.changes["merged_into_id"] = context.connection.execute(
        sa.select(emulation_model.c.id).where(emulation_model.c.code == code)
    ).scalar_one()
    context.left.append(MergedInto(code))
