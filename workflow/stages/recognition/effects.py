"""What recognition marks on a model: recognised, outstanding, revoked, out of its dossier.

Effects set columns; they write nothing themselves.
"""

from __future__ import annotations

from workflow.core.engine.context import Context
from workflow.core.engine.rules import effect


@effect
def mark_recognised(context: Context) -> None:
    context.changes["recognised_at"] = context.now
    if context.facts.get("outstanding"):
        context.changes["outstanding"] = True


@effect
def mark_revoked(context: Context) -> None:
    context.changes["outstanding"] = False


@effect
def clear_submission(context: Context) -> None:
    context.changes["submission_id"] = None
