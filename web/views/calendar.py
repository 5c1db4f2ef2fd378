"""Dates month by month, and the addresses at which a calendar program reads them."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from notifications.calendar import dates, feeds
from notifications.calendar.dates import SCOPES, Scope
from web.forms.answers import Done, attempt, page_again
from web.forms.base import options, said
from web.forms.calendar import SCOPES as LABELS
from web.forms.calendar import FeedForm
from web.look.month import FEW, asked_month, sheet
from web.serving import clock
from web.serving.access_rules import access_rule
from web.serving.transactions import reading, settings, writing
from web.serving.visitor import actor
from workflow.ground.refusals import InvalidInput
from workflow.ground.speech import _
from workflow.ground.vietnam_time import local_date

pages = Blueprint("calendar", __name__, url_prefix="/lich")


@pages.get("")
@access_rule(signed_in=True)
def month() -> tuple[str, int]:
    """thang: 2026-11; pham-vi: mine (the default), unit or all."""
    today = local_date(clock.now())
    problem = ""
    try:
        first = asked_month(request.args.get("thang", ""), today)
    except InvalidInput as refused:
        first, problem = today.replace(day=1), refused.message
    possible = dates.scopes(actor())
    scope = _scope(request.args.get("pham-vi", ""))
    page = render_template(
        "calendar/month.html",
        sheet=sheet(reading(), actor(), scope if scope in possible else "mine", first, today),
        scope=scope if scope in possible else "mine",
        scopes={one: LABELS[one] for one in possible},
        few=FEW,
        problem=problem,
    )
    return page, 422 if problem else 200


@pages.route("/dia-chi", methods=["GET", "POST"])
@access_rule(signed_in=True)
def addresses() -> str | tuple[str, int]:
    """The person's addresses; sent, a new one, which is shown on this very page and never again."""
    form = FeedForm()

    def create() -> str:
        with writing() as connection:
            return feeds.create(connection, actor(), clock.now(), _scope(said(form.scope)))

    token = attempt(form, create)
    form.scope.choices = options((one, LABELS[one]) for one in dates.scopes(actor()))
    return page_again(
        "calendar/addresses.html",
        form,
        found=feeds.of(reading(), actor().account_id),
        scopes=LABELS,
        address=url_for("calendar.feed", token=token, _external=True) if token else "",
    )


@pages.post("/dia-chi/<int:feed_id>/thu-hoi")
@access_rule(signed_in=True)
def revoke(feed_id: int) -> AnyResponse:
    with writing() as connection:
        feeds.revoke(connection, actor().account_id, clock.now(), feed_id)
    told = _("Đã thu hồi. Chương trình lịch dùng địa chỉ này sẽ không còn nhận được gì.")
    return Done(told, url_for("calendar.addresses")).answer()


@pages.get("/<token>.ics")
@access_rule(public=True)
def feed(token: str) -> Response:
    """The dates themselves, for a program that cannot sign in: whoever has the address may read them."""
    from notifications.calendar import ics  # the library takes its time to load, and most processes never need it

    now = clock.now()
    found = feeds.opened(reading(), now, token)
    site = settings().public_url or request.url_root.rstrip("/")
    content = ics.feed(reading(), found.actor, now, found.scope, site=site, domain=settings().message_domain)
    if found.needs_note:
        with writing() as connection:
            feeds.note_read(connection, now, found.id)
    answer = make_response(content)
    answer.content_type = "text/calendar; charset=utf-8"
    answer.headers["Content-Disposition"] = 'inline; filename="dan-van-kheo.ics"'
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.add_etag()
    answer.make_conditional(request)
    return answer


def _scope(written: str) -> Scope:
    return next((scope for scope in SCOPES if scope == written), "mine")
