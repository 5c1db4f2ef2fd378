"""Pictures made on the server: SVG with a title and a description, beside a table that says the same in figures.

Colours are classes of static/figures.css; darkness and the printed number both carry the value, so that grey paper loses nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from markupsafe import Markup, escape

from workflow.ground.reading.quantities import spoken_number
from workflow.ground.reading.text import shorten

SHADES: Final = 5
_ROW = 34
_LABEL = 210
_WIDTH = 720


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: its name, its length and what stands behind it."""

    label: str
    value: int
    note: str = ""


def bars(name: str, title: str, description: str, values: Sequence[Bar], *, full: int = 0) -> Markup:
    """Horizontal bars from the first down, e.g. how many models came how far. name: unique on the page.

    full: the value of a bar of full length, e.g. 100 for shares; the longest one of them when there is none.
    """
    longest = full or max((bar.value for bar in values), default=0) or 1
    room = _WIDTH - _LABEL - 150
    parts = []
    for i, bar in enumerate(values):
        top = i * _ROW
        length = room * bar.value / longest
        parts.append(_text(0, top + 22, bar.label))
        parts.append(_rect("bar", _LABEL, top + 6, length, 22))
        said = f"{number(bar.value)} {bar.note}".strip()
        parts.append(_text(_LABEL + length + 8, top + 22, said, "value"))
    return _picture(name, title, description, _WIDTH, len(values) * _ROW + 6, parts)


def heat_map(
    name: str,
    title: str,
    description: str,
    columns: Sequence[str],
    rows: Sequence[tuple[str, Sequence[int]]],
) -> Markup:
    """Rows × columns of numbers, each on a ground the darker the larger it is; no number and no ground for none."""
    largest = max((value for _, values in rows for value in values), default=0) or 1
    width = (_WIDTH - _LABEL) / max(1, len(columns))
    parts = []
    for j, column in enumerate(columns):
        lines = _two_lines(column, max(8, int(width / 7.2)))
        for k, line in enumerate(lines):
            parts.append(_text(_LABEL + j * width + width / 2, 16 + k * 17, line, "head"))
    for i, (label, values) in enumerate(rows):
        top = 42 + i * _ROW
        parts.append(_text(0, top + 22, shorten(label, 28)))
        for j, value in enumerate(values):
            left = _LABEL + j * width
            shade = -(-value * SHADES // largest)
            parts.append(_rect(f"heat heat-{shade}", left + 1, top + 1, width - 2, _ROW - 2))
            if value:
                parts.append(_text(left + width / 2, top + 22, number(value), f"on-{shade}"))
    return _picture(name, title, description, _WIDTH, 42 + len(rows) * _ROW + 4, parts)


def number(value: int) -> str:
    """12500 → "12.500", "12,500" in English."""
    return spoken_number(Decimal(value))


def _rect(kind: str, x: float, y: float, width: float, height: float) -> str:
    return f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>'


def _text(x: float, y: float, words: str, kind: str = "") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(words)}</text>'


def _two_lines(words: str, most: int) -> list[str]:
    """The words on one line, or on two of which the second is cut."""
    if len(words) <= most:
        return [words]
    first = ""
    rest = words.split()
    while rest and len(first) + len(rest[0]) < most:
        first = f"{first} {rest.pop(0)}".strip()
    return [first or shorten(words, most), *([shorten(" ".join(rest), most)] if first and rest else [])]


def _picture(name: str, title: str, description: str, width: int, height: int, parts: Sequence[str]) -> Markup:
    head = (
        f'<svg class="chart" role="img" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        f' aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(description)}</desc>'
    )
    return Markup(head + "".join(parts) + "</svg>")  # noqa: S704 - every word in it was escaped above
