"""Every page in a typical state: no fault that axe finds, nothing to scroll sideways; in print no navigation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.gallery import VISITS, Visit, furnish, look_at
from tests.browser.person import DESK, PHONE, Person, at_browser
from tests.browser.site import Site, serving
from web import create_app

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Which pages a person sees one of, beside those that answer with a file or only take a form.
NO_PAGE = {
    "static",
    "root",
    "registration.alike",
    "attachments.content",
    "attachments.thumbnail",
    "tally.workbook",
    "export.workbook",
    "export.lines",
    "units.template",
    "units.workbook",
    "recognition.commended",
    "public.robots",
}


class Gallery:
    """A furnished site and a window for each person, opened once."""

    def __init__(self, browser: Browser, site: Site, stack: ExitStack) -> None:
        self.site = site
        self.names = furnish(site)
        self._browser = browser
        self._stack = stack
        self._people: dict[str, Person] = {}

    def show(self, visit: Visit) -> Person:
        """The page of a visit, in the window of whoever looks at it."""
        if visit.user_name not in self._people:
            window = at_browser(self._browser, self.site, visit.user_name, scripts=True)
            self._people[visit.user_name] = self._stack.enter_context(window)
        person = self._people[visit.user_name]
        person.page.set_viewport_size(DESK)
        look_at(person, visit, self.names)
        return person


@pytest.fixture(scope="module")
def gallery(browser: Browser, sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gallery]:
    with serving(sample_folder, tmp_path_factory.mktemp("gallery") / "data") as site, ExitStack() as stack:
        yield Gallery(browser, site, stack)


@pytest.mark.parametrize("visit", VISITS, ids=lambda visit: visit.name)
def test_page_is_for_everybody(gallery: Gallery, visit: Visit) -> None:
    person = gallery.show(visit)
    page = person.page
    page.evaluate(AXE)
    faults = page.evaluate("rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES)
    assert _told(faults["violations"]) == []
    # The dark colours at once: half-way between the two nothing has its contrast.
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    faults = page.evaluate("axe.run(document, {runOnly: {type: 'rule', values: ['color-contrast']}})")
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    assert _told(faults["violations"]) == [], "in the dark"
    assert page.locator("h1").count() == 1
    assert page.title().strip()
    person.picture(visit.name)
    for width, zoom in ((PHONE["width"], 1), (320, 1), (640, 2), (DESK["width"], 2)):
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate("zoom => document.documentElement.style.fontSize = zoom === 1 ? '' : 16 * zoom + 'px'", zoom)
        assert _too_wide(person) == [], f"{width} px, letters × {zoom}"
        if width == PHONE["width"]:
            person.picture(visit.name)


@pytest.mark.parametrize("name", ["work-staff", "list", "implementing", "meeting-closed", "tally", "accounts"])
def test_print_leaves_navigation_out(gallery: Gallery, name: str) -> None:
    visit = next(visit for visit in VISITS if visit.name == name)
    page = gallery.show(visit).page
    expect(page.locator("header.top")).to_be_visible()
    page.emulate_media(media="print")
    try:
        for hidden in ("header.top", "footer", ".skip", "main form >> nth=0", "main .button >> nth=0"):
            expect(page.locator(hidden)).not_to_be_visible()
        expect(page.locator("h1")).to_be_visible()
    finally:
        page.emulate_media(media="screen")


def test_every_page_is_visited(gallery: Gallery) -> None:
    app = create_app(gallery.site.settings, gallery.site.database)
    adapter = app.url_map.bind("localhost")
    visited = set()
    for visit in VISITS:
        path, _, _ = visit.path.format_map(gallery.names).partition("?")
        if visit.name != "no-such-page":
            visited.add(adapter.match(path)[0])
    # The page that results from choosing models in the list.
    visited.add("models.many")
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert pages - visited == NO_PAGE


def _told(violations: list[dict[str, Any]]) -> list[str]:
    """What axe found, short enough to read."""
    return [
        f"{one['id']}: {' '.join(node['html'].split())[:160]} ({node['failureSummary'].splitlines()[-1].strip()})"
        for one in violations
        for node in one["nodes"]
    ]


def _too_wide(person: Person) -> list[str]:
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
