"""What a page weighs on the line, fonts and pictures aside: it must come soon over a poor connection, on every role's way."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable

import pytest

from tests.web.conftest import Browser
from tests.world import NOW, YEAR, World, a_draft
from workflow.stages.registration import commands as registration

Visit = Callable[[str], Browser]

FIRST_VISIT = 60_000
AFTERWARDS = 20_000
READERS = ("officer.x1t1", "chair", "staff", "admin")
PLACES = re.compile(r'<a href="(/[^"#]+)"')
LINKED = re.compile(r'<(?:link rel="stylesheet"|script)[^>]* (?:href|src)="([^"]+)"')


def weight(browser: Browser, address: str) -> int:
    """Bytes of an answer as it is sent."""
    answer = browser.client.get(address, headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200, address
    return len(answer.data)


@pytest.fixture
def full_page(world: World) -> str:
    """More models than a list shows at once, no two called alike; the code of one of them."""
    names = [
        f"Vận động nhân dân tổ {n} hiến {n * 137} m² đất, góp {n * 53} ngày công làm đường số {n * n} và kênh {n + 7}"
        for n in range(1, 61)
    ]
    with world.database.write() as connection:
        codes = registration.create_drafts(connection, "staff", NOW, YEAR, [a_draft(name=name) for name in names])
    return codes[-1]


@pytest.mark.parametrize("reader", READERS)
def test_pages_are_light(visit: Visit, full_page: str, reader: str) -> None:
    browser = visit(reader)
    home = browser.get("/viec-cua-toi")
    addresses = {one for one in PLACES.findall(home) if not one.endswith((".xlsx", ".csv"))}
    assert len(addresses) >= 5
    for address in sorted(addresses | {f"/mo-hinh?nam={YEAR}"}):
        answer = browser.client.get(address, headers={"Accept-Encoding": "gzip"}, follow_redirects=True)
        assert answer.status_code == 200, address
        page = answer.data
        if answer.headers.get("Content-Encoding") == "gzip":
            page = gzip.decompress(page)
        linked = set(LINKED.findall(page.decode()))
        assert linked
        assert len(answer.data) <= AFTERWARDS, address
        assert len(answer.data) + sum(weight(browser, one) for one in linked) <= FIRST_VISIT, address


def test_list_of_fifty_is_really_that_long(visit: Visit, full_page: str) -> None:
    page = visit("staff").get(f"/mo-hinh?nam={YEAR}")
    assert page.count('class="first"') == 50
