"""The inbox: what a person was told, one message with the way to what it asks for, and marking as read."""

from __future__ import annotations

import re

from flask import Blueprint, g, redirect, render_template, request, url_for
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from notifications.notices import inbox
from web.forms.answers import Done
from web.serving import clock, visitor
from web.serving.access_rules import access_rule
from web.serving.security import own_path
from web.serving.transactions import reading, settings, writing
from web.serving.visitor import actor
from workflow.ground.refusals import InvalidInput
from workflow.ground.speech import _, _l

pages = Blueprint("inbox", __name__, url_prefix="/hop-thu")

KINDS = {
    "digest": _l("Nhắc việc"),
    "escalation": _l("Báo trễ hạn"),
    "opened": _l("Việc mới"),
    "moved": _l("Đổi hạn"),
    "returned": _l("Trả lại"),
    "chase": _l("Đôn đốc"),
    "notice": _l("Tin"),
    "test": _l("Thư thử"),
}


@pages.app_template_global("unread_messages")
def unread_messages() -> int:
    """How many messages the visitor has not read; asked once for a page."""
    found: int | None = g.get("unread_messages")
    if found is None:
        who = visitor.current()
        found = g.unread_messages = 0 if who is None else inbox.unread(reading(), who.actor.account_id)
    return found


@pages.app_template_global("unread_count")
def unread_count() -> Markup:
    """The same as it stands behind a link; nothing when all is read."""
    count = unread_messages()
    if not count:
        return Markup("")
    written = str(count) if count < inbox.MOST_COUNTED else _("hơn %(n)s", n=inbox.MOST_COUNTED - 1)
    return Markup(' <span class="count">{}<span class="hidden"> {}</span></span>').format(written, _("thư chưa đọc"))


@pages.get("")
@access_rule(signed_in=True)
def listed() -> str:
    """chua-doc=1: only what was not read yet."""
    only_unread = request.args.get("chua-doc") == "1"
    before = inbox.place(request.args.get("truoc", ""))
    page = inbox.page(reading(), actor().account_id, before=before, only_unread=only_unread)
    return render_template("inbox/list.html", page=page, kinds=KINDS, only_unread=only_unread, first=before is None)


@pages.get("/<int:message_id>")
@access_rule(signed_in=True)
def shown(message_id: int) -> str:
    _opened(message_id)
    message = inbox.one(reading(), actor().account_id, message_id)
    return render_template(
        "inbox/show.html", message=message, body=_with_links(message.body_text, settings().site), kinds=KINDS
    )


@pages.get("/<int:message_id>/mo")
@access_rule(signed_in=True)
def follow(message_id: int) -> Response:
    """Straight to what the message asks for: the address that a mail carries."""
    _opened(message_id)
    link = inbox.one(reading(), actor().account_id, message_id).link
    return redirect(own_path(link, url_for("inbox.shown", message_id=message_id)))


@pages.post("/da-doc")
@access_rule(signed_in=True)
def read() -> Response:
    """Everything up to the newest message that the page showed."""
    newest = inbox.place(request.form.get("newest", ""))
    if newest is None:
        raise InvalidInput({"newest": _("Trang này đã cũ. Hãy tải lại rồi bấm lại.")})
    with writing() as connection:
        count = inbox.mark_all(connection, actor().account_id, clock.now(), newest)
    return Done(_("Đã đánh dấu %(count)s thư là đã đọc.", count=count), url_for("inbox.listed")).answer()


def _with_links(text: str, site: str) -> Markup:
    """The text of a letter, with what it says of pages of this site to be followed; every other address stays text."""
    found, place = Markup(""), 0
    for address in re.finditer(re.escape(site) + r"(/\S*)", text):
        path = own_path(address[1], "")
        found += escape(text[place : address.start()])
        found += Markup('<a href="{}">{}</a>').format(path, address[0]) if path else escape(address[0])
        place = address.end()
    return found + escape(text[place:])


def _opened(message_id: int) -> None:
    """A message that is opened is read; whoever may not see it changes nothing."""
    row = inbox.one(reading(), actor().account_id, message_id)
    if row.read_at is None:
        with writing() as connection:
            inbox.mark_read(connection, actor().account_id, clock.now(), message_id)
