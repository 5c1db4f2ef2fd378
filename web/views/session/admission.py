"""Asks the rule of a page before its view runs. Who has to sign in first comes back to where they were, with what they typed."""

from __future__ import annotations

from flask import Flask, abort, current_app, flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from web.forms import held
from web.serving import visitor
from web.serving.access_rules import rule_of
from web.serving.security import where_it_stood
from workflow.ground.speech import _


def install(app: Flask) -> None:
    """Ask the rule of the page before its view runs."""
    app.before_request(_admit)


def _admit() -> Response | None:
    if request.endpoint is None:
        return None  # no such page: 404 for everybody
    rule = rule_of(current_app, request.endpoint)
    if rule is None:
        abort(403)
    if rule.public:
        return None
    who = visitor.current()
    if who is None:
        return _to_sign_in()
    if who.must_change_password and not rule.before_password_change:
        return redirect(url_for("session.change_password"))
    if rule.roles and not who.actor.holds(rule.roles):
        abort(403)
    return None


def _to_sign_in() -> Response:
    typed = held.present()
    if typed is not None and (page := held.sign_in_page(typed)) is not None:
        return page
    if g.get("session_ended"):
        flash(_("Phiên làm việc đã hết hạn. Hãy đăng nhập lại để tiếp tục."), "warning")
    # A form cannot be fetched: after signing in the person comes back to the page it stood on.
    return redirect(url_for("session.sign_in", next=where_it_stood()))
