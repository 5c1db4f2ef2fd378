"""My work: what waits for the person who signed in, and what changed."""

from __future__ import annotations

from flask import Blueprint, render_template

from notifications.notices import notices
from web.access_rules import access_rule
from web.readings import work as readings
from web.transactions import reading
from web.visitor import actor

pages = Blueprint("home", __name__)

MOST_NOTICES = 15
DECIDING = ("commune_reviewer", "district_reviewer", "province_reviewer", "staff")


@pages.get("/viec-cua-toi")
@access_rule(signed_in=True)
def work() -> str:
    connection, who = reading(), actor()
    return render_template(
        "home/work.html",
        waiting=readings.waiting(connection, who),
        requests=readings.open_requests(connection, who, DECIDING),
        meetings=readings.my_meetings(connection, who),
        notices=notices(connection, who, limit=MOST_NOTICES),
    )
