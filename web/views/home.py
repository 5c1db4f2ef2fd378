"""My work: what waits for the person who signed in, what he waits for, and what is new since he last looked."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from notifications.notices import notices
from web import clock
from web.access_rules import access_rule
from web.answers import say
from web.readings import work as readings
from web.speaking_dates import due_day
from web.transactions import reading, writing
from web.visitor import actor
from workflow.calendar import local_date
from workflow.people.seen import mark_seen, seen_until
from workflow.refusals import InvalidInput

pages = Blueprint("home", __name__)
pages.add_app_template_filter(due_day, "due")

MOST_NOTICES = 15
DECIDING = ("commune_reviewer", "district_reviewer", "province_reviewer", "staff")


@pages.get("/viec-cua-toi")
@access_rule(signed_in=True)
def work() -> str:
    """cu=1: also what was marked as seen."""
    connection, who, now = reading(), actor(), clock.now()
    today = local_date(now)
    seen = seen_until(connection, who.account_id)
    old_too = "cu" in request.args
    return render_template(
        "home/work.html",
        waiting=readings.waiting(connection, who, today),
        outside=readings.waits_outside(connection, who, today),
        requests=readings.open_requests(connection, who, DECIDING),
        meetings=readings.my_meetings(connection, who),
        notices=notices(connection, who, since=None if old_too else seen, limit=MOST_NOTICES),
        most_notices=MOST_NOTICES,
        seen=seen,
        old_too=old_too,
        now=now,
    )


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
        mark_seen(connection, actor().account_id, until, clock.now())
    say(_("Đã đánh dấu là đã xem."))
    return redirect(url_for("home.work"))
