"""Whether everybody can use the page that a person has before them: what axe finds, by day and in the dark; what is too wide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tests.browser.person import DESK, PHONE, Person

BY_TAG: Final = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
# Width in pixels and the size of the letters: two telephones, and a page twice as large on a small and on a wide screen.
VIEWS = ((PHONE["width"], 1), (320, 1), (640, 2), (DESK["width"], 2))


def everybody_can_use(person: Person, name: str) -> None:
    """The page has one heading and a title, axe finds nothing, and nothing scrolls sideways. name: of its pictures."""
    page = person.page
    assert told(violations(person)) == []
    # The dark colours at once: half-way between the two nothing has its contrast.
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    in_the_dark = violations(person, {"type": "rule", "values": ["color-contrast"]})
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    assert told(in_the_dark) == [], "in the dark"
    assert page.locator("h1").count() == 1
    assert page.title().strip()
    person.picture(name)
    for width, zoom in VIEWS:
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate("zoom => document.documentElement.style.fontSize = zoom === 1 ? '' : 16 * zoom + 'px'", zoom)
        assert too_wide(person) == [], f"{width} px, letters × {zoom}"
        if width == PHONE["width"]:
            person.picture(name)


def violations(person: Person, only: Mapping[str, Any] = BY_TAG) -> list[dict[str, Any]]:
    """What axe finds wrong. The many elements it finds right are not brought over from the browser."""
    found: list[dict[str, Any]] = person.page.evaluate(
        "runOnly => axe.run(document, {runOnly, resultTypes: ['violations']}).then(found => found.violations)", only
    )
    return found


def told(found: list[dict[str, Any]]) -> list[str]:
    """What axe found, short enough to read."""
    return [
        f"{one['id']}: {' '.join(node['html'].split())[:160]} ({node['failureSummary'].splitlines()[-1].strip()})"
        for one in found
        for node in one["nodes"]
    ]


def too_wide(person: Person) -> list[str]:
    """The elements that make the page wider than the window; none when it is not."""
    found: list[str] = person.page.evaluate(
        """() => {
            const room = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= room) return [];
            const inScroller = e => e.parentElement && (e.parentElement.closest('.scroll') !== null);
            return [...document.body.querySelectorAll('*')]
                .filter(e => e.getBoundingClientRect().right > room + 1 && !inScroller(e))
                .map(e => e.tagName + '.' + e.className + ' ' + Math.round(e.getBoundingClientRect().right)
                          + ' ' + (e.textContent || '').trim().slice(0, 40)).concat('the page');
        }"""
    )
    return found
