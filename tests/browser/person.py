"""A person at a browser: what they read and click, in the words that stand on the page."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Locator, Page, Response, ViewportSize, expect

from tests.browser.site import PASSWORD, Site

PHONE: Final = ViewportSize(width=360, height=740)
DESK: Final = ViewportSize(width=1280, height=800)
# A page of this program takes some 50 ms; half a minute is a very busy machine.
PATIENCE_MS = 30_000
AXE: Final = Path(__file__).parent / "vendor" / "axe.min.js"

_numbers = count(1)


class Person:
    """One browser window of its own, signed in under one name."""

    def __init__(self, page: Page, site: Site, user_name: str) -> None:
        self.page = page
        self.site = site
        self.user_name = user_name

    def sign_in(self, user_name: str | None = None) -> None:
        """Through the sign-in page, wherever it stands."""
        if not self.page.get_by_label("Mật khẩu").count():
            self.go("/dang-nhap")
        self.fill("Tên đăng nhập", user_name or self.user_name)
        self.fill("Mật khẩu", PASSWORD)
        # Whatever comes next must not overtake the answer that brings the session.
        with self.page.expect_navigation():
            self.page.get_by_role("button", name="Đăng nhập", exact=True).first.click()
        self.sees_not("Mật khẩu hiện tại")

    def go(self, path: str) -> Response | None:
        """Open an address of the site."""
        return self.page.goto(self.site.address + path)

    def open_model(self, code: str) -> None:
        """The page of a model."""
        self.go(f"/mo-hinh/{code}")

    def fill(self, label: str, text: str) -> None:
        """Type into the field with this label."""
        self.field(label).fill(text)

    def fill_all(self, texts: Mapping[str, str]) -> None:
        """Type into several fields."""
        for label, text in texts.items():
            self.fill(label, text)

    def field(self, label: str) -> Locator:
        """The one field whose label begins like this."""
        return self.page.get_by_label(re.compile("^" + re.escape(label))).first

    def choose(self, label: str, option: str) -> None:
        """Choose in a drop-down list by what the option says."""
        field = self.field(label)
        wanted = field.locator("option", has_text=option).first.get_attribute("value")
        field.select_option(wanted)

    def tick(self, label: str) -> None:
        """Tick a box or a choice."""
        self.field(label).check()

    def press(self, name: str) -> None:
        """Press a button and wait for the next page."""
        self.page.get_by_role("button", name=name, exact=True).first.click()
        self.page.wait_for_load_state()

    def follow(self, name: str) -> None:
        """Follow a link and wait for the next page."""
        self.page.get_by_role("link", name=name, exact=True).first.click()
        self.page.wait_for_load_state()

    def take(self, code: str, step: str, texts: Mapping[str, str] | None = None) -> None:
        """Take a step of a model from its page: the link, its form, its button."""
        self.open_model(code)
        self.follow(step)
        self.fill_all(texts or {})
        self.press(step)
        self.done()

    def done(self) -> None:
        """The page says that it was done."""
        expect(self.page.locator(".notice.success[role=status]").first).to_be_visible()

    def sees(self, text: str) -> None:
        """The text is on the page."""
        expect(self.page.locator("body")).to_contain_text(text)

    def sees_not(self, text: str) -> None:
        """The text is not on the page."""
        expect(self.page.locator("body")).not_to_contain_text(text)

    def title(self) -> str:
        """The page's one heading of the first rank."""
        return self.page.locator("h1").inner_text()

    def picture(self, name: str) -> None:
        """Keep a picture of the whole page when `DVK_SCREENSHOTS` names a folder."""
        if folder := os.environ.get("DVK_SCREENSHOTS"):
            size = self.page.viewport_size or DESK
            path = Path(folder) / f"{next(_numbers):03}-{name}-{size['width']}.png"
            self.page.screenshot(path=path, full_page=True)


@contextmanager
def at_browser(
    browser: Browser, site: Site, user_name: str, *, size: ViewportSize = DESK, scripts: bool = False
) -> Iterator[Person]:
    """Somebody who has just signed in, or nobody under the name "".

    scripts: the program has none of its own; a test may need them to measure, and every page then has axe.
    """
    context = browser.new_context(
        viewport=size,
        java_script_enabled=scripts,
        # Measuring a page puts a script into it, which its own policy would rightly refuse.
        bypass_csp=scripts,
        locale="vi-VN",
    )
    context.set_default_timeout(PATIENCE_MS)
    if scripts:
        # Read once for a window: sent to each page it costs more than all that axe then does.
        context.add_init_script(path=AXE)
    try:
        person = Person(context.new_page(), site, user_name)
        if user_name:
            person.sign_in()
        yield person
    finally:
        context.close()
