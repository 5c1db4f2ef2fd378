"""The badge of each state that a page shows, made once for a language: a stored definition never changes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Protocol

from flask import current_app
from jinja2 import Environment
from markupsafe import Markup

from web.look.presentation import state_of
from workflow.core.lifecycles.terms import State


class Standing(Protocol):
    """A model in a state of its definition."""

    @property
    def definition_hash(self) -> str: ...
    @property
    def state(self) -> str: ...


def badges(rows: Iterable[Standing]) -> dict[tuple[str, str], Markup]:
    """(hash of the definition, state) → badge, for the states of these models."""
    kinds = {(row.definition_hash, row.state) for row in rows}
    states = {kind: state_of(*kind) for kind in kinds}
    return {kind: _badge(current_app.jinja_env, state.label, kind[0], state) for kind, state in states.items()}


@lru_cache(maxsize=512)
def _badge(templates: Environment, said: str, definition_hash: str, state: State) -> Markup:
    badge = templates.get_template("_parts.html").module.badge  # type: ignore[attr-defined]
    return Markup(" ".join(badge(state).split()))  # noqa: S704 - our own macro
