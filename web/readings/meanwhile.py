"""What happened to a model since the version a form was made for: what the person who sent it has not seen yet."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from web.readings.model import events
from web.readings.timeline import Told, tell
from workflow.programmes import programme

MOST = 20
"""More than this the person reads on the model's own page."""


def since(connection: Connection, model_id: int, definition_hash: str, version: int) -> list[Told]:
    """The latest entries after `version`, in words, the oldest first."""
    definition = programme.definition(connection, definition_hash)
    return [tell(definition, event) for event in events(connection, model_id) if event.seq > version][-MOST:]
