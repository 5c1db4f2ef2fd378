"""The badge of each state that a page shows, made once: the same five words on fifty rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from flask import current_app
from markupsafe import Markup

from web.presentation import state_of


def badges(rows: Iterable[sa.Row[Any]]) -> dict[tuple[str, str], Markup]:
    """(hash of the definition, state) → badge, for the states of these rows."""
    badge = current_app.jinja_env.get_template("_parts.html").module.badge  # type: ignore[attr-defined]
    kinds = {(row.definition_hash, row.state) for row in rows}
    return {kind: Markup(" ".join(badge(state_of(*kind)).split())) for kind in kinds}  # noqa: S704 - our own macro
