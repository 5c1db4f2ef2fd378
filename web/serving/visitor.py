"""Who is at the browser: the session in the database behind the cookie, read once for each request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import Flask, Response, current_app, g, request
from flask import session as form_session

from web.serving import clock
from web.serving.transactions import reading, settings, writing
from workflow.core.access import Actor
from workflow.core.people import sessions
from workflow.ground.refusals import NotAllowed
from workflow.ground.speech import _

COOKIE = "dvk_session"
# In the signed cookie of the forms, which outlives the session: whose forms are open in this browser.
_LAST, _OTHERS = "account", "others"


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person with a valid session."""

    actor: Actor
    token: str
    must_change_password: bool
    language: str


def install(app: Flask) -> None:
    """Find out who it is before anything else is asked."""
    app.before_request(_arrive)


def current() -> Visitor | None:
    """The visitor, or None for somebody who has not signed in."""
    found: Visitor | None = g.get("visitor")
    return found


def visitor() -> Visitor:
    """The visitor on a page that only people who signed in get to."""
    found = current()
    if found is None:
        raise NotAllowed(_("Hãy đăng nhập để xem trang này."), guard="session")
    return found


def actor() -> Actor:
    """The person who acts, with today's roles."""
    return visitor().actor


def last_account() -> int | None:
    """The account that this browser was last signed in to, still known when its session has ended."""
    found: int | None = form_session.get(_LAST)
    return found


def others_before() -> bool:
    """Whether this browser was signed in to another account before: an old page in it may be somebody else's."""
    return bool(form_session.get(_OTHERS))


def forget_forms() -> None:
    """Make every form that this browser has open stale, but not whose they are."""
    last, others = last_account(), others_before()
    form_session.clear()
    if last is not None:
        form_session.update({_LAST: last, _OTHERS: others})
    # The token made for this request is of the forms that are stale now.
    g.pop(current_app.config["WTF_CSRF_FIELD_NAME"], None)


def give_token(response: Response, token: str) -> None:
    """Put a fresh session's token into the browser: until it closes, out of reach of scripts and of other sites' forms."""
    response.set_cookie(COOKIE, token, httponly=True, samesite="Lax", secure=settings().cookie_secure, path="/")


def take_token(response: Response) -> None:
    """Take the token out of the browser."""
    response.delete_cookie(COOKIE, httponly=True, samesite="Lax", secure=settings().cookie_secure, path="/")


def _arrive() -> None:
    token = request.cookies.get(COOKIE, "")
    # What everybody may read is the same page for everybody: kept by caches, and nobody's session is touched for it.
    if not token or request.endpoint in (None, "static") or request.blueprint == "public":
        return
    now = clock.now()
    found = sessions.resume(
        reading(),
        now,
        token,
        idle=timedelta(minutes=settings().session_idle_minutes),
        absolute=timedelta(hours=settings().session_absolute_hours),
    )
    if found is None:
        g.session_ended = True
        return
    if found.needs_touch:
        with writing() as connection:
            sessions.touch(connection, now, token)
    g.visitor = Visitor(found.actor, token, found.must_change_password, found.language)
    last = last_account()
    if last != found.actor.account_id:
        form_session.update({_LAST: found.actor.account_id, _OTHERS: others_before() or last is not None})
