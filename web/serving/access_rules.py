"""Deny by default: every page states who may come to it, and a page that states nothing lets nobody in.

These rules are the outer door only. What a person may do to a model, a meeting or a unit is decided in the domain, each time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask

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
