"""Each form is taken once: double click, reload, back button and a lost answer lead to what the first sending did.

A form carries a token; `transactions.writing` spends it together with what the form changes.
"""

from __future__ import annotations

import re
import secrets
from typing import NamedTuple

import structlog
from flask import Flask, Response, flash, g, redirect, request
from markupsafe import Markup
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from web.serving import clock, visitor
from web.serving.transactions import begin_writing_with, database, reading
from workflow.ground import receipts
from workflow.ground.database import Connection
from workflow.ground.refusals import Refusal
from workflow.ground.speech import _

FIELD = "form_token"
_TOKEN = re.compile(r"[\w-]{16,64}", re.ASCII)

log = structlog.get_logger("web")


class _Sent(NamedTuple):
    """The token of the form being answered."""

    account_id: int
    token: str


class SentBefore(HTTPException):
    """The same form was taken a moment ago, by another request: this one is answered with what came of it."""

    code = 303

    def __init__(self, address: str) -> None:
        super().__init__(response=_led_to(address))


def new_token() -> str:
    """A token that nobody has used."""
    return secrets.token_urlsafe(18)


def hidden_field() -> Markup:
    """The token as a form carries it: a new one for every form of every page."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, new_token())


def install(app: Flask) -> None:
    """Look for the token of each form that is sent, and keep what became of it. After the visitor is known."""
    app.before_request(_recognise)
    app.after_request(_settle)
    app.jinja_env.globals.update(form_token=hidden_field)


def _recognise() -> AnyResponse | None:
    who = visitor.current()
    if request.method != "POST" or who is None:
        return None
    token = request.form.get(FIELD, "")
    if not _TOKEN.fullmatch(token):
        return None
    sent = _Sent(who.actor.account_id, token)
    done = receipts.result_of(reading(), *sent)
    if done is not None:
        return _led_to(done)
    begin_writing_with(lambda connection: _spend(connection, sent))
    return None


def _spend(connection: Connection, sent: _Sent) -> None:
    if not receipts.spend(connection, sent.account_id, clock.now(), sent.token, request.path[:300]):
        raise SentBefore(receipts.result_of(connection, *sent) or request.path)
    g.form_taken = sent


def _settle(response: Response) -> Response:
    sent: _Sent | None = g.pop("form_taken", None)
    if sent is None:
        return response
    try:
        with database().write() as connection:
            if response.status_code < 400:
                address = response.headers.get("Location", request.path)
                receipts.settle(connection, sent.account_id, clock.now(), sent.token, address[:2000])
            else:
                receipts.forget(connection, *sent)
    except Refusal as refused:
        # What the form asked for is done and committed; only its address is not known to a second sending.
        log.warning("receipt not settled", reason=refused.message)
    return response


def _led_to(address: str) -> AnyResponse:
    flash(_("Biểu mẫu này đã được gửi trước đó; đây là kết quả. Không có gì được ghi hai lần."), "warning")
    return redirect(address, code=303)
