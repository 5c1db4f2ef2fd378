"""What implementation marks on a model.

Effects set columns; they write nothing themselves.
"""

from __future__ import annotations

from workflow.core.engine.context import Context
from workflow.core.engine.rules import effect


@effect
def mark_started(context: Context) -> None:
    context.changes["started_at"] = context.now
