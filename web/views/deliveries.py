"""What became of every letter: which failed and why, sending again, and people who can be told in their inbox only."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from notifications.clock import clockwork
from notifications.delivery import overview, undelivered
from notifications.delivery.overview import STANDINGS, Standing
from notifications.notices import inbox
from web.forms.answers import Done, press
from web.serving import clock
from web.serving.access_rules import ADMINISTRATORS, STAFF, access_rule
from web.serving.transactions import reading
from web.serving.visitor import actor
from web.views.inbox.messages import KINDS
from workflow.ground.database import Connection
from workflow.ground.speech import _, _l
from workflow.ground.vietnam_time import local_date

pages = Blueprint("deliveries", __name__, url_prefix="/quan-tri/thu")

LABELS = {
    "failed": _l("Gửi không được"),
    "skipped": _l("Không gửi"),
    "waiting": _l("Đang chờ gửi"),
    "sent": _l("Đã gửi"),
}
STATUSES = {
    "planned": _l("Chờ gửi"),
    "claimed": _l("Đang gửi"),
    "sent": _l("Đã gửi"),
    "failed": _l("Không gửi được"),
    "skipped": _l("Không gửi"),
}
EVENTS = {
    "planned": _l("Đã lập, chờ gửi"),
    "claimed": _l("Bắt đầu gửi"),
    "sent": _l("Máy chủ thư đã nhận"),
    "deferred": _l("Chưa gửi được, sẽ thử lại"),
    "failed": _l("Không gửi được, đã dừng"),
    "skipped": _l("Không gửi"),
    "retried": _l("Được yêu cầu gửi lại"),
}
CHANNELS = {"email": _l("Thư điện tử"), "apprise": _l("Kênh khác")}


@pages.get("")
@access_rule(roles=ADMINISTRATORS | STAFF)
def listed() -> str:
    """tinh-trang: failed (the default), skipped, waiting or sent; kenh: a channel."""
    written = request.args.get("tinh-trang", "")
    standing: Standing = next((one for one in STANDINGS if one == written), "failed")
    channel = request.args.get("kenh", "")
    page = overview.page(
        reading(),
        actor(),
        standing,
        channel=channel if channel in CHANNELS else "",
        before=inbox.place(request.args.get("truoc", "")),
    )
    return render_template(
        "deliveries/list.html",
        beat=clockwork.heartbeat(reading(), clock.now()),
        page=page,
        standing=standing,
        labels=LABELS,
        channels=CHANNELS,
        statuses=STATUSES,
        kinds=KINDS,
    )


@pages.get("/<int:delivery_id>")
@access_rule(roles=ADMINISTRATORS | STAFF)
def shown(delivery_id: int) -> str:
    letter = overview.one(reading(), actor(), delivery_id)
    return render_template(
        "deliveries/show.html",
        letter=letter,
        life=undelivered.life(reading(), delivery_id),
        events=EVENTS,
        channels=CHANNELS,
        statuses=STATUSES,
        kinds=KINDS,
    )


@pages.post("/<int:delivery_id>/gui-lai")
@access_rule(roles=ADMINISTRATORS | STAFF)
def retry(delivery_id: int) -> Response:
    back = url_for("deliveries.shown", delivery_id=delivery_id)

    def again(connection: Connection) -> Done:
        undelivered.retry(connection, actor().account_id, clock.now(), delivery_id)
        return Done(_("Thư sẽ được gửi lại trong vài phút."), back)

    return press(back, again)


@pages.get("/khong-dia-chi")
@access_rule(roles=ADMINISTRATORS | STAFF)
def without_address() -> str:
    after = inbox.place(request.args.get("sau", "")) or 0
    page = overview.without_address(reading(), actor(), local_date(clock.now()), after=after)
    return render_template("deliveries/without_address.html", page=page, may_open=actor().holds(ADMINISTRATORS))
