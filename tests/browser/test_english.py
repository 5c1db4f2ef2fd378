"""English by a switch, complete: every page of the gallery, its refusals too, without a Vietnamese word of ours.

What the database holds (names, texts that people wrote) is theirs and stays as it is; all else on the page is ours.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest
import sqlalchemy as sa
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from flask.testing import FlaskClient
from openpyxl import load_workbook
from playwright.sync_api import Browser, expect
from werkzeug.test import TestResponse

from tests.browser.gallery import DISTRICT, VISITS, Visit, names_of
from tests.browser.looking import everybody_can_use
from tests.browser.person import at_browser
from tests.browser.seeding import OFFICER
from tests.browser.site import PASSWORD, Site, serving
from web import create_app
from web.words.catalogue import FOLDER
from workflow.ground.database import Database
from workflow.ground.schema import metadata

pytestmark = pytest.mark.slow

_VIETNAMESE = re.compile("[À-ÃÈ-ÊÌÍÒ-ÕÙÚÝà-ãè-êìíò-õùúýĂăĐđĨĩŨũƠơƯưẠ-ỹ]")
# What stands in a page to be read: its text and these attributes.
_READ = ("title", "alt", "aria-label", "placeholder", "data-label", "content", "value", "label")
# What stands before the sign that a text was shortened.
_SHORTENED = re.compile(r"(.{12})(…|\.\.\.)")
# What somebody has to type in the Vietnamese way.
_TYPED = re.compile(
    r"12-QĐ/BCĐ|15-QĐ/BCĐ|05-TTr/BCĐ|350 ngày công; (1,2 tỷ đồng|1,139 tỷ đồng; 172,5 kg; trên 200 hộ|172,5 kg)"
    r"|1,139 tỷ đồng; 8.524 ngày công; 172,5 kg; trên 350 cây|Có \(yes\)|Không \(no\)"
)
# Words that have no English.
_KEPT = re.compile(r"Dân vận khéo|Tiếng Việt|\bđồng\b")


# What these tables hold came with the program and is said in English too.
_SHIPPED = {
    "field": ("label",),
    "criterion": ("label", "guidance"),
    "score_band": ("label",),
    "measure": ("label", "unit"),
    "roster_entry": ("field_label",),
}


# English words are longer: pages with much in a row.
WIDE = (
    "work-officer",
    "list",
    "implementing",
    "inspection",
    "meeting-votes",
    "overview",
    "tally",
    "report-check",
    "units",
)


class Walk:
    """A furnished site, a browser without scripts for each person, and what the database holds."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.app = create_app(site.settings, site.database)
        self.names = names_of(site)
        self.theirs = sorted(_texts(site.database), key=len, reverse=True)
        self._people: dict[str, FlaskClient] = {}

    def browser(self, user_name: str) -> FlaskClient:
        """The browser of somebody who has switched to English and signed in."""
        if user_name not in self._people:
            client = self._people[user_name] = self.app.test_client()
            client.set_cookie("dvk_lang", "en")
            if user_name:
                page = _parsed(client.get("/dang-nhap"))
                answer = _send(client, page, "Sign in", user_name=user_name, password=PASSWORD)
                assert answer.status_code == 303, user_name
        return self._people[user_name]

    def page(self, visit: Visit) -> TestResponse:
        """The page of a visit; with `press`, what the button leads to."""
        client = self.browser(visit.user_name)
        path = visit.path.format_map(self.names)
        if path.startswith("/cong-khai"):
            # A page for everybody is named with its language, so that caches can keep it.
            path += ("&" if "?" in path else "?") + "ngon-ngu=en"
        answer = client.get(path)
        if visit.press:
            answer = _send(client, _parsed(answer), _english(visit.press))
            if answer.status_code == 303:
                answer = client.get(answer.headers["Location"])
        return answer

    def ours(self, text: str) -> str:
        """What of a text is ours: without what people wrote, also where it is shortened, and without what has no English."""
        whole = " ".join(text.split())
        if any(whole in held for held in self.theirs):
            return ""
        typed_first = self._without_theirs(_TYPED.sub(" ", whole))
        return typed_first if not _VIETNAMESE.search(typed_first) else _TYPED.sub(" ", self._without_theirs(whole))

    def _without_theirs(self, left: str) -> str:
        for end, sign in _SHORTENED.findall(left):
            for held in self.theirs:
                if end in held:
                    left = left.replace(held[: held.index(end) + len(end)] + sign, " ")
        folded = left.casefold()
        for held in self.theirs:
            if held.casefold() in folded:
                left = re.sub(rf"(?<!\w){re.escape(held)}(?!\w)", " ", left, flags=re.IGNORECASE)
                folded = left.casefold()
        return _KEPT.sub(" ", left)


@pytest.fixture(scope="module")
def walk(furnished_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    with serving(furnished_folder, tmp_path_factory.mktemp("english") / "data") as site:
        yield Walk(site)


@pytest.mark.parametrize("visit", VISITS, ids=lambda visit: visit.name)
def test_page_is_english(walk: Walk, visit: Visit) -> None:
    answer = walk.page(visit)
    assert answer.status_code == visit.status
    page = _parsed(answer)
    assert page.get("lang") == "en"
    leaks = {left for text in _read(page) if _VIETNAMESE.search(text) and _VIETNAMESE.search(left := walk.ours(text))}
    assert sorted(leaks) == []


@pytest.mark.parametrize(
    "path", ["/mo-hinh.csv", "/mo-hinh.xlsx", "/tong-hop.xlsx", "/quyet-dinh/{decision}/khen-thuong.xlsx"]
)
def test_file_to_take_away_is_english(walk: Walk, path: str) -> None:
    answer = walk.browser(DISTRICT).get(path.format_map(walk.names), query_string={"nam": "2024"})
    assert answer.status_code == 200
    leaks = {
        left for cell in _cells(answer) if _VIETNAMESE.search(cell) and _VIETNAMESE.search(left := walk.ours(cell))
    }
    assert sorted(leaks) == []


@pytest.mark.browser
@pytest.mark.parametrize("name", WIDE)
def test_english_page_is_for_everybody(walk: Walk, browser: Browser, name: str) -> None:
    visit = next(visit for visit in VISITS if visit.name == name)
    with at_browser(browser, walk.site, visit.user_name, scripts=True) as person:
        person.page.context.add_cookies([{"name": "dvk_lang", "value": "en", "url": walk.site.address}])
        person.go(visit.path.format_map(walk.names))
        everybody_can_use(person, f"english-{name}")


@pytest.mark.browser
def test_switch_stands_at_the_foot_of_every_page(walk: Walk, browser: Browser) -> None:
    with at_browser(browser, walk.site, OFFICER) as person:
        person.go("/mo-hinh?nam=2024&loai=individual")
        person.page.get_by_role("button", name="English", exact=True).click()
        expect(person.page.get_by_role("heading", level=1)).to_have_text("Models of 2024")
        assert person.page.url.endswith("/mo-hinh?nam=2024&loai=individual")
        expect(person.page.locator("html")).to_have_attribute("lang", "en")
        person.page.get_by_role("link", name="My work", exact=True).first.click()
        expect(person.page.get_by_role("heading", level=1)).to_have_text("My work")
        person.page.get_by_role("button", name="Tiếng Việt", exact=True).click()
        expect(person.page.get_by_role("heading", level=1)).to_have_text("Việc của tôi")


def _cells(answer: TestResponse) -> Iterator[str]:
    if answer.mimetype == "text/csv":
        yield from (cell for row in csv.reader(answer.get_data().decode("utf-8-sig").splitlines()) for cell in row)
        return
    for sheet in load_workbook(io.BytesIO(answer.get_data())).worksheets:
        yield sheet.title
        yield from (str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None)


def _texts(database: Database) -> set[str]:
    """Every text with a Vietnamese letter in the database, except the names the program came with."""
    found: set[str] = set()
    with database.read() as connection:
        for table in metadata.sorted_tables:
            shipped = _SHIPPED.get(table.name, ())
            columns = [column for column in table.columns if _is_text(column) and column.name not in shipped]
            if columns:
                for row in connection.execute(sa.select(*columns)):
                    found.update(" ".join(text.split()) for value in row for text in _strings(value))
    return {text for text in found if _VIETNAMESE.search(text)}


def _is_text(column: sa.Column[Any]) -> bool:
    return column.type.python_type in (str, dict, list)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if value.startswith(("{", "[")):
            with suppress(json.JSONDecodeError):
                yield from _strings(json.loads(value))
        yield value
        yield from value.splitlines()
    elif isinstance(value, dict):
        for held in value.values():
            yield from _strings(held)
    elif isinstance(value, list):
        for held in value:
            yield from _strings(held)


def _english(said: str) -> str:
    """The English of what stands on a button, also where it names somebody."""
    catalogue = _catalogue()
    known = catalogue.get(said)
    if known is not None:
        return str(known.string)
    for message in catalogue:
        places = re.split(r"%\((\w+)\)s", str(message.id))
        pattern = "".join(f"(?P<{one}>.+)" if at % 2 else re.escape(one) for at, one in enumerate(places))
        found = re.fullmatch(pattern, said) if len(places) == 3 and places[0] else None
        if found:
            return str(message.string) % found.groupdict()
    return said


@cache
def _catalogue() -> Catalog:
    """The English sentences, read once."""
    with (FOLDER / "en" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file)


def _parsed(answer: TestResponse) -> Element:
    page: Element = html5lib.parse(answer.get_data(as_text=True), namespaceHTMLElements=False)
    return page


def _read(page: Element) -> Iterator[str]:
    """What a person reads or is read to: not what is marked as another language, nor what they typed themselves."""
    for one in _not_foreign(page):
        if one.tag in ("script", "style"):
            continue
        if one.tag != "textarea":
            yield one.text or ""
        for name in _READ:
            if name != "value" or (one.tag == "input" and one.get("type") in ("submit", "button")):
                yield one.get(name, "")
    yield from (one.tail or "" for one in page.iter())


def _not_foreign(element: Element) -> Iterator[Element]:
    if element.get("lang", "en") == "en":
        yield element
        for child in element:
            yield from _not_foreign(child)


def _send(client: FlaskClient, page: Element, button: str, **typed: str) -> TestResponse:
    """Send the form of a button as it stands, with these fields typed."""
    for form in page.iter("form"):
        for pressed in form.iter("button"):
            if " ".join("".join(pressed.itertext()).split()) == button:
                fields = [
                    *_fields(form),
                    *([(pressed.get("name", ""), pressed.get("value", ""))] if pressed.get("name") else []),
                ]
                fields = [(name, typed.get(name, value)) for name, value in fields]
                target = form.get("action") or ""
                data: dict[str, Any] = {}
                for name, value in fields:
                    data.setdefault(name, []).append(value)
                if form.get("method") == "post":
                    return client.post(target or _self(page), data=data)
                return client.get(target, query_string=data)
    raise AssertionError(f"no button «{button}»: {sorted(_buttons(page))}")


def _self(page: Element) -> str:
    """The address of the page itself, which the switch of the language names."""
    return next(one.get("value", "") for one in page.iter("input") if one.get("name") == "next" and one.get("value"))


def _buttons(page: Element) -> set[str]:
    return {" ".join("".join(one.itertext()).split()) for one in page.iter("button")}


def _fields(form: Element) -> Iterable[tuple[str, str]]:
    for one in form.iter():
        name = one.get("name")
        if not name:
            continue
        if one.tag == "textarea":
            yield name, one.text or ""
        elif one.tag == "select":
            chosen = [option for option in one.iter("option") if option.get("selected") is not None]
            yield from ((name, option.get("value", "")) for option in chosen or list(one.iter("option"))[:1])
        elif one.tag == "input":
            kind = one.get("type", "text")
            if kind in ("checkbox", "radio"):
                if one.get("checked") is not None:
                    yield name, one.get("value", "on")
            elif kind not in ("submit", "button", "file"):
                yield name, one.get("value", "")
