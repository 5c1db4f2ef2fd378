"""Every page in a typical state: no fault that axe finds, nothing to scroll sideways; in print no navigation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.gallery import VISITS, Visit, look_at, names_of
from tests.browser.looking import everybody_can_use
from tests.browser.person import DESK, Person, at_browser
from tests.browser.site import Site, serving
from web import create_app

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Which pages a person sees one of, beside those that answer with a file or only take a form.
NO_PAGE = {
    "static",
    "root",
    "registration.alike",
    "attachments.content",
    "attachments.thumbnail",
    "tally.workbook",
    "reports.workbook",
    "export.workbook",
    "export.lines",
    "units.template",
    "units.workbook",
    "recognition.commended",
    "inbox.follow",
    "calendar.feed",
    "calls.file",
    "health.healthz",
    "public.robots",
}


class Gallery:
    """A furnished site and a window for each person, opened once."""

    def __init__(self, browser: Browser, site: Site, stack: ExitStack) -> None:
        self.site = site
        self.names = names_of(site)
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
def gallery(browser: Browser, furnished_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gallery]:
    with serving(furnished_folder, tmp_path_factory.mktemp("gallery") / "data") as site, ExitStack() as stack:
        yield Gallery(browser, site, stack)


@pytest.mark.parametrize("visit", VISITS, ids=lambda visit: visit.name)
def test_page_is_for_everybody(gallery: Gallery, visit: Visit) -> None:
    everybody_can_use(gallery.show(visit), visit.name)


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
