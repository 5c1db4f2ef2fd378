"""Pictures of a lifecycle: complete, well formed, escaped, and free of anything a strict page forbids."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from workflow.core.lifecycles.drawing import mermaid, svg, wrap
from workflow.core.lifecycles.parsing import load, standard
from workflow.core.lifecycles.terms import Definition

SVG = "{http://www.w3.org/2000/svg}"
THREE = standard("three_tier")
BOTH = pytest.mark.parametrize("definition", [THREE, standard("two_tier")], ids=lambda definition: definition.id)


def drawn(definition: Definition, *args: object) -> ET.Element:
    return ET.fromstring(svg(definition, *args))  # type: ignore[arg-type]  # noqa: S314 - our own output


def titles(picture: ET.Element) -> list[str]:
    return [title.text or "" for title in picture.iter(f"{SVG}title")]


@BOTH
def test_svg_shows_every_state_and_every_step(definition: Definition) -> None:
    picture = drawn(definition)
    groups = {group.get("class"): group for group in picture.iter(f"{SVG}g")}
    assert set(groups) == {f"state state-{state}" for state in definition.states}
    words = {
        name: " ".join("".join(span.itertext()) for span in group.iter(f"{SVG}tspan"))
        for name, group in groups.items()
        if name
    }
    assert words == {f"state state-{state.id}": state.label for state in definition.states.values()}
    told = "\n".join(titles(picture))
    assert [step.label for step in definition.transitions if step.label not in told] == []


@BOTH
def test_svg_keeps_every_state_inside_the_picture_and_apart(definition: Definition) -> None:
    picture = drawn(definition)
    width, height = float(picture.get("width", 0)), float(picture.get("height", 0))
    boxes = []
    for group in picture.iter(f"{SVG}g"):
        rect = group.find(f"{SVG}rect")
        assert rect is not None
        boxes.append([float(rect.get(name, -1)) for name in ("x", "y", "width", "height")])
    assert all(x >= 0 and y >= 0 and x + w <= width and y + h <= height for x, y, w, h in boxes)
    overlapping = [
        (a, b)
        for i, a in enumerate(boxes)
        for b in boxes[:i]
        if a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]
    ]
    assert overlapping == []


def test_svg_has_a_title_and_a_description_to_be_read_aloud() -> None:
    picture = drawn(THREE, {"implementing": 177}, ("draft", "submitted"))
    assert picture.get("role") == "img"
    labelled = {element.get("id"): element.text or "" for element in picture if element.get("id")}
    assert (picture.get("aria-labelledby") or "").split() == list(labelled)
    assert labelled["lifecycle-title"] == THREE.title
    assert "Thực hiện: Đang thực hiện (177)" in labelled["lifecycle-desc"]
    assert labelled["lifecycle-desc"].endswith("Đã qua: Bản nháp → Chờ tiếp nhận.")


def test_svg_marks_the_way_gone_and_where_it_stands() -> None:
    picture = drawn(THREE, None, ("draft", "submitted", "withdrawn"))
    passed = [group.get("class") for group in picture.iter(f"{SVG}g") if "passed" in (group.get("class") or "")]
    assert passed == ["state state-draft passed", "state state-submitted passed", "state state-withdrawn passed here"]
    taken = [path for path in picture.iter(f"{SVG}path") if path.get("marker-end") == "url(#lifecycle-arrow-taken)"]
    assert len(taken) == 2


def test_svg_writes_numbers_the_vietnamese_way_and_leaves_zero_out() -> None:
    texts = [text.text for text in drawn(THREE, {"draft": 0, "submitted": 12345}).iter(f"{SVG}text")]
    assert "12.345" in texts
    assert "0" not in texts


def test_svg_needs_no_style_and_no_script() -> None:
    picture = drawn(THREE, {"draft": 1}, ("draft",))
    names = {element.tag.removeprefix(SVG) for element in picture.iter()}
    attributes = {name for element in picture.iter() for name in element.attrib}
    assert names <= {"svg", "title", "desc", "defs", "marker", "rect", "path", "text", "tspan", "g"}
    assert {name for name in attributes if name in {"style", "href"} or name.startswith("on")} == set()


HOSTILE = '<script>alert(1)</script> "&; } : #'


def test_hostile_labels_are_escaped_in_both_pictures() -> None:
    label = "'" + HOSTILE + "'"
    definition = load(THREE.source.replace('label = "Bản nháp"', f"label = {label}"), "x.toml")
    assert "<script" not in svg(definition)
    assert HOSTILE in "\n".join(titles(drawn(definition)))
    line = next(line for line in mermaid(definition).splitlines() if line.endswith("as draft"))
    assert re.search(r'[<>:]|""', line.replace('state "', "").replace('" as', "")) is None


@BOTH
def test_mermaid_has_every_stage_state_and_step(definition: Definition) -> None:
    text = mermaid(definition, {"draft": 3})
    assert text.startswith("stateDiagram-v2\n")
    assert re.findall(r"as stage_(\w+) \{", text) == [stage.id for stage in definition.stages]
    assert set(re.findall(r'^        state ".+" as (\w+)$', text, re.MULTILINE)) == set(definition.states)
    arrows = set(re.findall(r"^    (\w+) --> (\w+) : ", text, re.MULTILINE))
    assert arrows == {(source, step.target) for step in definition.transitions for source in step.sources}
    assert 'state "Bản nháp (3)" as draft' in text
    assert "    [*] --> draft\n" in text
    assert text.count("--> [*]") == 6
    assert text.count("{") == text.count("}")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("Bản nháp", ["Bản nháp"]),
        ("Đã kiểm tra, thẩm định", ["Đã kiểm tra, thẩm", "định"]),
        ("x" * 40, ["x" * 25 + "…"]),
        (
            "một hai ba bốn năm sáu bảy tám chín mười " * 3,
            ["một hai ba bốn năm", "sáu bảy tám chín", "mười một hai ba bốn…"],
        ),
    ],
)
def test_wrap_keeps_lines_short(text: str, lines: list[str]) -> None:
    assert wrap(text, 20) == lines
