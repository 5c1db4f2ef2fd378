"""What the commune review marks on a model: proposed and by whom, recognised by the commune.

Effects set columns; they write nothing themselves.
"""

from __future__ import annotations

from workflow.core.engine.context import Context
from workflow.core.engine.rules import effect, with_people


@effect
def mark_proposed(context: Context) -> None:
    context.changes["proposed_at"] = context.now
    context.changes["proposers"] = with_people(context.model.proposers, context)


@effect
def mark_commune_recognised(context: Context) -> None:
    context.changes["recognised_at"] = context.now
