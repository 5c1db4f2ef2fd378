"""Pictures of a lifecycle: mermaid text for documents, and an SVG made on the server that needs no script in the browser."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Final

from workflow.core.lifecycles.terms import Definition, State
from workflow.ground.speech import _

BOX_WIDTH: Final = 152
BOX_HEIGHT: Final = 52
COLUMN: Final = 212
ROW: Final = 92
MARGIN: Final = 40
TOP: Final = 92
LINE_CHARS: Final = 20

# A step possible from this many states is written beneath its target instead of drawn as that many arrows.
MANY_SOURCES: Final = 4

INK, GREY, HAIRLINE, PAPER, RED, GOLD = "#221f1c", "#6b645c", "#cfc8bd", "#fffdf9", "#9b1c1c", "#a67c00"


def mermaid(definition: Definition, counts: Mapping[str, int] | None = None) -> str:
    """A stateDiagram-v2 grouped by stage, with Vietnamese labels; `counts` adds the number of models to each state."""
    lines = ["stateDiagram-v2", "    direction LR"]
    for stage in definition.stages:
        lines.append(f'    state "{_mermaid_text(stage.label)}" as stage_{stage.id} {{')
        for state in definition.states.values():
            if state.stage == stage.id:
                label = _with_count(state, counts)
                lines.append(f'        state "{_mermaid_text(label)}" as {state.id}')
        lines.append("    }")
    lines.append(f"    [*] --> {definition.initial.id}")
    for (source, target), labels in _edges(definition).items():
        lines.append(f"    {source} --> {target} : {_mermaid_text(' / '.join(labels))}")
    lines.extend(f"    {state.id} --> [*]" for state in definition.states.values() if state.end)
    return "\n".join(lines) + "\n"


_MERMAID_CODES = str.maketrans(
    {
        "#": "#35;",
        ";": "#59;",
        ":": "#58;",
        '"': "#quot;",
        "<": "#lt;",
        ">": "#gt;",
        "{": "#123;",
        "}": "#125;",
    }
)


def _mermaid_text(text: str) -> str:
    return " ".join(text.split()).translate(_MERMAID_CODES)


def _with_count(state: State, counts: Mapping[str, int] | None) -> str:
    return state.label if counts is None else f"{state.label} ({counts.get(state.id, 0)})"


def _edges(definition: Definition) -> dict[tuple[str, str], list[str]]:
    """What leads from one state to another, each pair once."""
    edges: dict[tuple[str, str], list[str]] = defaultdict(list)
    for step in definition.transitions:
        for source in step.sources:
            if step.label not in edges[source, step.target]:
                edges[source, step.target].append(step.label)
    return edges


@dataclass(frozen=True, slots=True)
class _Box:
    state: State
    column: int
    row: int

    @property
    def left(self) -> int:
        return MARGIN + self.column * COLUMN

    @property
    def right(self) -> int:
        return self.left + BOX_WIDTH

    @property
    def top(self) -> int:
        return TOP + self.row * ROW

    @property
    def bottom(self) -> int:
        return self.top + BOX_HEIGHT

    @property
    def middle(self) -> int:
        return self.top + BOX_HEIGHT // 2

    @property
    def centre(self) -> int:
        return self.left + BOX_WIDTH // 2


def svg(definition: Definition, counts: Mapping[str, int] | None = None, path: Sequence[str] = ()) -> str:
    """A picture as one `<svg>` element: a column per stage, an arrow per step, `path` (states passed, in order) in red.

    Only presentation attributes, no style and no script, so that a strict content security policy lets it through.
    Every text is escaped; title and description carry the same for a screen reader.
    """
    boxes = _place(definition)
    many = _many(definition)
    taken = set(pairwise(path))
    width = MARGIN * 2 + (len(definition.stages) - 1) * COLUMN + BOX_WIDTH
    height = TOP + (max(box.row for box in boxes.values()) + 1) * ROW + MARGIN
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="lifecycle" viewBox="0 0 {width} {height}" width="{width}" '
            f'height="{height}" role="img" aria-labelledby="lifecycle-title lifecycle-desc" '
            'font-family="Be Vietnam Pro, Noto Sans, DejaVu Sans, sans-serif" font-size="13">'
        ),
        f'<title id="lifecycle-title">{escape(definition.title)}</title>',
        f'<desc id="lifecycle-desc">{escape(_description(definition, counts, path))}</desc>',
        "<defs>",
        _arrowhead("arrow", GREY),
        _arrowhead("arrow-taken", RED),
        "</defs>",
        f'<rect width="{width}" height="{height}" fill="{PAPER}"/>',
        *_headings(definition, height),
    ]
    here = path[-1] if path else None
    drawn = [(pair, labels) for pair, labels in _edges(definition).items() if pair not in many or pair in taken]
    # Taken arrows last, so that they lie on top.
    for pair, labels in sorted(drawn, key=lambda edge: edge[0] in taken):
        parts.append(_arrow(boxes[pair[0]], boxes[pair[1]], labels, pair in taken))
    for box in boxes.values():
        parts.append(_state(box, counts, passed=box.state.id in path, here=box.state.id == here))
        parts.extend(_note(definition, box))
    parts.append("</svg>")
    return "\n".join(parts)


def _place(definition: Definition) -> dict[str, _Box]:
    boxes: dict[str, _Box] = {}
    for column, stage in enumerate(definition.stages):
        inside = [state for state in definition.states.values() if state.stage == stage.id]
        boxes |= {state.id: _Box(state, column, row) for row, state in enumerate(inside)}
    return boxes


def _many(definition: Definition) -> set[tuple[str, str]]:
    """Pairs written as a note beneath their target, not drawn."""
    return {
        (source, step.target)
        for step in definition.transitions
        if len(step.sources) >= MANY_SOURCES
        for source in step.sources
    }


def _description(definition: Definition, counts: Mapping[str, int] | None, path: Sequence[str]) -> str:
    stages = []
    for stage in definition.stages:
        inside = [_with_count(state, counts) for state in definition.states.values() if state.stage == stage.id]
        stages.append(f"{stage.label}: {', '.join(inside)}")
    passed = [definition.states[state].label for state in path if state in definition.states]
    way = _(" Đã qua: %(passed)s.", passed=" → ".join(passed)) if passed else ""
    return f"{'; '.join(stages)}.{way}"


def _arrowhead(name: str, colour: str) -> str:
    return (
        f'<marker id="lifecycle-{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" '
        f'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="{colour}"/></marker>'
    )


def _headings(definition: Definition, height: int) -> list[str]:
    parts = []
    for column, stage in enumerate(definition.stages):
        left = MARGIN + column * COLUMN
        parts.append(
            f'<text x="{left + BOX_WIDTH // 2}" y="34" text-anchor="middle" font-size="15" font-weight="600" '
            f'fill="{INK}">{escape(stage.label)}</text>'
        )
        if column:
            line = left - (COLUMN - BOX_WIDTH) // 2
            parts.append(
                f'<path d="M{line} 16 V{height - 16}" stroke="{HAIRLINE}" stroke-dasharray="2 4" fill="none"/>'
            )
    return parts


def _arrow(source: _Box, target: _Box, labels: Sequence[str], taken: bool) -> str:
    colour, marker, thick = (RED, "arrow-taken", "2.5") if taken else (GREY, "arrow", "1.2")
    return (
        f'<path d="{_curve(source, target)}" fill="none" stroke="{colour}" stroke-width="{thick}" '
        f'marker-end="url(#lifecycle-{marker})"><title>{escape(source.state.label)} → {escape(target.state.label)}: '
        f"{escape(' / '.join(labels))}</title></path>"
    )


def _curve(source: _Box, target: _Box) -> str:
    """The way of an arrow: straight down or up within a column, else a curve that keeps clear of the columns between."""
    gap = (COLUMN - BOX_WIDTH) // 2
    if source.column == target.column:
        step = target.row - source.row
        if abs(step) == 1:
            # Both directions between neighbours run side by side.
            x = source.centre + (14 if step > 0 else -14)
            return (
                f"M{x} {source.bottom if step > 0 else source.top} V{target.top - 2 if step > 0 else target.bottom + 2}"
            )
        # Round the boxes between, on the side where no arrow to another column begins.
        side, bend, tip = (source.right, gap, 2) if source.state.end else (source.left, -gap, -2)
        shift = 12 if step > 0 else -12
        y1, y2 = source.middle + shift, target.middle - shift
        return f"M{side} {y1} C{side + bend} {y1} {side + bend} {y2} {side + tip} {y2}"
    if target.column < source.column:
        start, end = source.left, target.right + 2
        y1, y2 = source.middle + 14, target.middle + 14
        return f"M{start} {y1} C{start - gap} {y1} {end + gap} {y2} {end} {y2}"
    start, end = source.right, target.left - 2
    y1, y2 = source.middle, target.middle
    if target.column - source.column == 1:
        return f"M{start} {y1} C{start + gap} {y1} {end - gap} {y2} {end} {y2}"
    # Over several columns: down into the lane between two rows, along it, and up or down at the far end.
    lane = max(source.bottom, TOP + BOX_HEIGHT) + (ROW - BOX_HEIGHT) // 2 + (source.row + target.row) % 3 * 6 - 6
    turn_out, turn_in = start + gap, end - gap
    return (
        f"M{start} {y1} C{turn_out} {y1} {start + gap // 2} {lane} {turn_out + gap // 2} {lane} "
        f"H{turn_in - gap // 2} C{end - gap // 2} {lane} {turn_in} {y2} {end} {y2}"
    )


def _state(box: _Box, counts: Mapping[str, int] | None, *, passed: bool, here: bool) -> str:
    state = box.state
    honoured = "decision_id" in state.requires
    stroke = RED if passed else GOLD if honoured else GREY if not state.end else HAIRLINE
    fill, ink = (RED, "#ffffff") if here else ("#ffffff", INK)
    lines = wrap(state.label, LINE_CHARS)
    first = box.middle + 5 - (len(lines) - 1) * 8
    texts = "".join(
        f'<tspan x="{box.centre}" y="{first + number * 16}">{escape(line)}</tspan>' for number, line in enumerate(lines)
    )
    weight = "600" if passed or state.initial or honoured else "400"
    name = f"state state-{state.id}" + (" passed" if passed else "") + (" here" if here else "")
    parts = [
        f'<g class="{name}">',
        (
            f'<rect x="{box.left}" y="{box.top}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="{26 if state.end else 6}" '
            f'fill="{fill}" stroke="{stroke}" stroke-width="{2 if passed or honoured else 1}"/>'
        ),
        f'<text text-anchor="middle" font-weight="{weight}" fill="{ink}">{texts}</text>',
    ]
    number = (counts or {}).get(state.id, 0)
    if number:
        written = f"{number:,}".replace(",", ".")
        half = 9 + 4 * len(written)
        parts.append(
            f'<rect x="{box.right - half - 8}" y="{box.top - 11}" width="{half * 2}" height="22" rx="11" fill="{INK}"/>'
            f'<text x="{box.right - 8}" y="{box.top + 5}" text-anchor="middle" font-weight="600" font-size="12" '
            f'fill="#ffffff">{written}</text>'
        )
    parts.append("</g>")
    return "".join(parts)


def _note(definition: Definition, box: _Box) -> list[str]:
    """Beneath a target: the steps that lead there from many states."""
    parts = []
    steps = [
        step for step in definition.transitions if step.target == box.state.id and len(step.sources) >= MANY_SOURCES
    ]
    for number, step in enumerate(steps):
        names = ", ".join(definition.states[source].label for source in step.sources)
        told = _("từ %(count)s trạng thái", count=len(step.sources))
        whole = _("%(step)s: từ %(states)s", step=step.label, states=names)
        parts.append(
            f'<text x="{box.centre}" y="{box.bottom + 16 + number * 14}" text-anchor="middle" font-size="11" fill="{GREY}">'
            f"{escape(told)}<title>{escape(whole)}</title></text>"
        )
    return parts


def wrap(text: str, width: int, most: int = 3) -> list[str]:
    """Words in lines of about `width` characters, at most `most` lines; what is left over ends in an ellipsis."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    lines = [line if len(line) <= width + 6 else line[: width + 5] + "…" for line in lines]
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1].rstrip(",") + "…"]
    return lines
