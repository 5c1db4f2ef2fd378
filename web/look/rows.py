"""The rows of a long table: the markup of one row is made once by its macro, with marks where the values go, and then filled in.

A template writes each value of each row by itself, which takes longer than everything else on a page of fifty models.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from markupsafe import Markup, escape

from web.look.badges import badges
from workflow.across.lists.listed import Listed
from workflow.core.labels import MODEL_KINDS
from workflow.ground.speech import _

# Characters that no text ever holds.
_START, _END = "\ufdd0", "\ufdd1"
_SPECIAL = re.compile("[&<>'\"]")
_MARK = re.compile(f"{_START}(\\w+){_END}")


class Mark:
    """What a macro gets instead of a row: `row.name` is the mark for the name."""

    def __getattr__(self, name: str) -> str:
        return f"{_START}{name}{_END}"


def filled(macro: Callable[[Mark], Markup], rows: Iterable[Mapping[str, Any]]) -> Markup:
    """`macro` for each of the rows: mappings with all the values it asks for, each escaped unless it is markup already."""
    pattern = _MARK.sub(r"%(\1)s", str(macro(Mark())).replace("%", "%%"))
    lines = [pattern % {name: _safe(value) for name, value in row.items()} for row in rows]
    return Markup("".join(lines))  # noqa: S704 - each value went through _safe


def _safe(value: Any) -> str:
    """As `escape` does it, without making markup of a plain text that has nothing to escape."""
    return value if type(value) is str and _SPECIAL.search(value) is None else str(escape(value))


def model_rows(rows: Iterable[Listed], row: Callable[[Mark], Markup], facts: Callable[[bool, bool], Markup]) -> Markup:
    """Rows of `listing.page`. row: macro for one; facts: macro for what is said beside the state of a late or outstanding one."""
    rows = list(rows)
    fields = {label: _(label) for label in {one.field_label for one in rows}}
    badge_of = badges(rows)
    kinds = {kind: str(label) for kind, label in MODEL_KINDS.items()}
    said = {(late, best): facts(late, best) for late, best in {(row.late, row.outstanding) for row in rows}}
    return filled(
        row,
        (
            {
                "code": one.code,
                "name": one.name,
                "unit": one.unit_name,
                "person": one.person_name or "",
                "field": fields[one.field_label],
                "kind": kinds[one.kind],
                "badge": badge_of[one.definition_hash, one.state],
                "facts": said[one.late, one.outstanding],
            }
            for one in rows
        ),
    )
