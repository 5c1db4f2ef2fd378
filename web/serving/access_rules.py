"""Deny by default: every page states who may come to it, and a page that states nothing lets nobody in.

These rules are the outer door only. What a person may do to a model, a meeting or a unit is decided in the domain, each time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, abort, current_app, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from web.serving import held, visitor

View = TypeVar("View", bound=Callable[..., Any])

REGISTRANTS = frozenset({"unit_officer"})
REVIEWERS = frozenset({"commune_reviewer"})
RECOGNISERS = frozenset({"district_reviewer", "province_reviewer"})
STAFF = frozenset({"staff"})
LEADERS = frozenset({"leader"})
INSPECTORS = frozenset({"inspector"})
ADMINISTRATORS = frozenset({"admin"})


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may come to a page: anybody, anybody who signed in, or holders of one of the roles (anywhere)."""

    public: bool = False
    signed_in: bool = False
    roles: frozenset[str] = frozenset()
    before_password_change: bool = False


def access_rule(
    *,
    public: bool = False,
    signed_in: bool = False,
    roles: Collection[str] = (),
    before_password_change: bool = False,
) -> Callable[[View], View]:
    """State the rule of a page. before_password_change: also open to somebody who still has an initial password."""
    if [public, signed_in, bool(roles)].count(True) != 1:
        raise TypeError("a page is public, for everybody who signed in, or for some roles")
    rule = Rule(public, signed_in, frozenset(roles), before_password_change)

    def stated(view: View) -> View:
        view.access_rule = rule  # type: ignore[attr-defined]
        return view

    return stated


def rule_of(app: Flask, endpoint: str) -> Rule | None:
    """The rule a page states, or None."""
    found: Rule | None = getattr(app.view_functions.get(endpoint), "access_rule", None)
    return found


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
    return redirect(url_for("session.sign_in", next=held.where_it_stood()))
