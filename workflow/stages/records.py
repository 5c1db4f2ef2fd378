"""The records a transition may leave behind, by the names a lifecycle definition uses. Each writer lives with its stage."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from workflow.core.engine.context import Context
from workflow.core.lifecycles.vocabulary import RECORD_NAMES
from workflow.stages.implementation import commands as implementation
from workflow.stages.inspection import commands as inspection
from workflow.stages.recognition import commands as recognition
from workflow.stages.registration import commands as registration
from workflow.stages.review import agenda

RECORDS: Final[dict[str, Callable[[Context], None]]] = {
    "plan": implementation.write_plan,
    "results": implementation.write_results,
    "inspection": inspection.conclude,
    "agenda": agenda.place_on_agenda,
    "submission": recognition.write_submission,
    "decision": recognition.write_decision,
    "revocation": recognition.write_revocation,
    "reasons": registration.write_items_to_mend,
}

if set(RECORDS) != RECORD_NAMES:
    raise RuntimeError(f"records and vocabulary differ: {sorted(set(RECORDS) ^ RECORD_NAMES)}")
