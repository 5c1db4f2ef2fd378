"""Style sheets, icons and fonts: names that change with their content, kept for a year, small on the line; pages compressed."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable

import pytest
from flask import Flask

from tests.web.conftest import Browser
from web.serving import static_files

Visit = Callable[[str], Browser]


def linked(page: str) -> list[str]:
    """The addresses of our own files that a page names."""
    return sorted(set(re.findall(r'"(/tinh/[^"#]+)', page)))


def test_page_names_files_that_exist_and_may_be_kept_for_a_year(stranger: Browser) -> None:
    page = stranger.get("/dang-nhap")
    assert len(linked(page)) >= 4
    for address in linked(page):
        answer = stranger.client.get(address)
        assert answer.status_code == 200, address
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in answer.headers


def test_style_sheet_refers_only_to_files_that_exist(stranger: Browser) -> None:
    sheet = static_files.files()["site.css"].content.decode()
    references = re.findall(r'url\("?(?!data:)([^")]+)', sheet)
    assert len(references) >= 8
    assert {stranger.client.get(one).status_code for one in references} == {200}


def test_name_changes_with_the_content(tmp_path_factory: pytest.TempPathFactory) -> None:
    names = []
    for colour in ("red", "grey", "red"):
        folder = tmp_path_factory.mktemp("static")
        (folder / "a.css").write_text(f"a{{color:{colour}}}")
        names.append(static_files.files(folder)["a.css"].name)
    assert names[0] == names[2] != names[1]


def test_style_sheet_changes_its_name_with_a_font_it_refers_to(tmp_path_factory: pytest.TempPathFactory) -> None:
    names = []
    for content in (b"one", b"two"):
        folder = tmp_path_factory.mktemp("static")
        (folder / "fonts").mkdir()
        (folder / "fonts" / "a.woff2").write_bytes(content)
        (folder / "fonts" / "a.css").write_text('@font-face{src:url("a.woff2")}')
        found = static_files.files(folder)
        assert found["fonts/a.woff2"].name in found["fonts/a.css"].content.decode()
        names.append(found["fonts/a.css"].name)
    assert names[0] != names[1]


@pytest.mark.parametrize(
    "path",
    ["/tinh/site.css", "/tinh/site.000000000000.css", "/tinh/../application.py", "/tinh/vendor/LICENSE-bootstrap"],
)
def test_any_other_name_is_not_found_and_not_kept(stranger: Browser, path: str) -> None:
    answer = stranger.client.get(path)
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"


def test_every_icon_that_a_template_names_is_in_the_sprite(app: Flask) -> None:
    sprite = static_files.files()["vendor/icons.svg"].content.decode()
    drawn = set(re.findall(r'<symbol id="(\w+)"', sprite))
    assert app.jinja_loader is not None
    sources = [app.jinja_loader.get_source(app.jinja_env, name)[0] for name in app.jinja_loader.list_templates()]
    named = {name for source in sources for name in re.findall(r'\bicon\("(\w+)"\)', source)}
    assert named
    assert named - drawn == set()
    assert {"draft", "running", "mend", "gold", "done", "closed", "here", "ahead", "left_out"} <= drawn


def test_misspelt_icon_or_file_is_told_at_once(app: Flask) -> None:
    for mistake in ('icon("dun")', 'asset("stie.css")'):
        with pytest.raises(KeyError):
            app.jinja_env.from_string("{{ " + mistake + " }}").render()


def test_compressed_file_is_the_file(stranger: Browser) -> None:
    file = static_files.files()["site.css"]
    plain = stranger.client.get(f"/tinh/{file.name}")
    squeezed = stranger.client.get(f"/tinh/{file.name}", headers={"Accept-Encoding": "gzip, br"})
    assert squeezed.headers["Content-Encoding"] == "gzip"
    assert squeezed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(squeezed.data) == plain.data == file.content


def test_page_is_compressed_for_those_who_can_read_it(visit: Visit) -> None:
    browser = visit("staff")
    squeezed = browser.client.get("/mo-hinh", headers={"Accept-Encoding": "gzip"})
    plain = browser.client.get("/mo-hinh")
    assert squeezed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in squeezed.headers["Vary"]
    assert int(squeezed.headers["Content-Length"]) == len(squeezed.data) < len(plain.data) / 3
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(squeezed.data).decode().count("<h1>") == 1


def test_file_that_is_compressed_already_is_sent_as_it_is(visit: Visit) -> None:
    answer = visit("staff").client.get("/tong-hop.xlsx", headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert "Content-Encoding" not in answer.headers
    assert answer.data[:2] == b"PK"
