"""What a monitor asks every minute: does the database answer, and is the work of the clock done? Nothing about people in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import structlog
from flask import Blueprint, current_app, jsonify
from werkzeug.wrappers import Response

from notifications.clock import clockwork
from notifications.clock.clockwork import Heartbeat
from web.serving import clock
from web.serving.access_rules import access_rule
from web.serving.transactions import database
from workflow.ground.outage import as_refusal
from workflow.ground.refusals import DatabaseUnusable

if TYPE_CHECKING:
    from notifications.clock.scheduler import Scheduler

pages = Blueprint("health", __name__)
log = structlog.get_logger("health")


@dataclass(frozen=True, slots=True)
class Health:
    """database: whether it answers. thread: of this process's own scheduler, None where it has none."""

    database: bool
    beat: Heartbeat | None
    thread: bool | None

    @property
    def well(self) -> bool:
        """Whether everything is as it should be."""
        return self.database and self.beat is not None and self.beat.state == "ok" and self.thread is not False


@pages.get("/healthz")
@access_rule(public=True)
def healthz() -> Response:
    """200 when pages and reminders work, 503 when a person has to look."""
    found = examine()
    answer = jsonify(_document(found))
    answer.status_code = 200 if found.well else 503
    answer.headers["Cache-Control"] = "no-store"
    return answer


def examine() -> Health:
    """How this installation fares now, seen from this process."""
    scheduler: Scheduler | None = current_app.extensions.get("dvk_scheduler")
    thread = None if scheduler is None else scheduler.alive
    try:
        with as_refusal(), database().read() as connection:
            return Health(True, clockwork.heartbeat(connection, clock.now()), thread)
    except DatabaseUnusable as error:
        log.error("database_unusable", why=str(error))
        return Health(False, None, thread)


def _document(found: Health) -> dict[str, Any]:
    beat = found.beat
    return {
        "status": "ok" if found.well else "unwell",
        "database": "ok" if found.database else "unusable",
        "scheduler": None
        if beat is None
        else {
            "state": beat.state,
            "ticked_at": _moment(beat.ticked_at),
            "succeeded_at": _moment(beat.succeeded_at),
            "took_ms": beat.took_ms,
            "backlog": beat.backlog,
            "failing": bool(beat.last_error),
            # Of the process that answers; null where another one does the work.
            "thread_alive": found.thread,
        },
    }


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
