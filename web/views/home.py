"""My work: what waits for the person who signed in, what they wait for, and what is new since they last looked."""

from __future__ import annotations

from datetime import datetime

import structlog
from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from notifications.notices.newest import notices
from web.forms.answers import Done
from web.look.speaking_dates import due_day
from web.serving import clock
from web.serving.access_rules import RECOGNISERS, access_rule
from web.serving.transactions import reading, writing
from web.serving.visitor import actor
from web.words.reports import TONES
from workflow.across.obligations import chasing
from workflow.across.reports import view as reports
from workflow.across.work.meetings import own_meetings
from workflow.across.work.requests import open_requests
from workflow.across.work.waiting import waiting, waits_outside
from workflow.core.people.seen import Seen, is_noted, look, mark_seen
from workflow.core.people.seen import seen as seen_by
from workflow.ground.refusals import InvalidInput, Refusal
from workflow.ground.speech import _
from workflow.ground.vietnam_time import local_date

pages = Blueprint("home", __name__)
pages.add_app_template_filter(due_day, "due")

log = structlog.get_logger("web")

MOST_NOTICES = 15
MOST_REPORTS = 8
DECIDING = ("commune_reviewer", "district_reviewer", "province_reviewer", "staff")


@pages.get("/viec-cua-toi")
@access_rule(signed_in=True)
def work() -> str:
    """cu=1: also what was there at the last visit or was marked as seen."""
    who, now = actor(), clock.now()
    seen = _visited(who.account_id, now).until
    connection, today = reading(), local_date(now)
    old_too = "cu" in request.args
    return render_template(
        "home/work.html",
        waiting=waiting(connection, who, today),
        reports_due=reports.owed(connection, who, only_open=True, most=MOST_REPORTS),
        reports_in=reports.calls(connection, who, only_waiting=True, most=MOST_REPORTS),
        REPORT_TONES=TONES,
        outside=waits_outside(connection, who, today),
        requests=open_requests(connection, who, DECIDING),
        meetings=own_meetings(connection, who),
        notices=notices(connection, who, since=None if old_too else seen, limit=MOST_NOTICES),
        most_notices=MOST_NOTICES,
        seen=seen,
        old_too=old_too,
        receives=who.holds(RECOGNISERS),
        late=chasing.count_late(connection, who, today),
        most_late=chasing.MOST_COUNTED,
        now=now,
    )


def _visited(account_id: int, now: datetime) -> Seen:
    """How far the person has read, after this visit has been noted."""
    before = seen_by(reading(), account_id)
    if is_noted(before, now):
        return before
    try:
        with writing() as connection:
            look(connection, account_id, now)
    except Refusal as refused:
        # The database is busy: the page matters more than the note of it.
        log.warning("visit not noted", reason=refused.message)
        return before
    return seen_by(reading(), account_id)


@pages.post("/viec-cua-toi/da-xem")
@access_rule(signed_in=True)
def seen() -> Response:
    """Everything that the page showed has been seen; what happened since it was opened has not."""
    try:
        until = datetime.fromisoformat(request.form.get("until", "")[:40])
    except ValueError:
        raise InvalidInput({"until": _("Trang này đã cũ. Hãy tải lại rồi bấm lại.")}) from None
    if until.tzinfo is None:
        raise InvalidInput({"until": _("Trang này đã cũ. Hãy tải lại rồi bấm lại.")})
    with writing() as connection:
        mark_seen(connection, actor().account_id, clock.now(), until)
    return Done(_("Đã đánh dấu là đã xem."), url_for("home.work")).answer()
