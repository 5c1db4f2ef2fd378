"""The guide names only what there is: pages, buttons and pictures; everybody can read it, signed in or not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import html5lib
import pytest
from flask import Flask
from PIL import Image

from config.settings import Settings
from tests.web.conftest import Browser
from web.serving import static_files
from web.views import help
from web.words.catalogue import translator
from workflow.core.lifecycles.parsing import standard

Visit = Callable[[str], Browser]

CHECKOUT = Path(__file__).resolve().parents[2]
CONTENTS = CHECKOUT / "docs" / "huong-dan" / "README.md"
SOURCES = sorted(help.FOLDER.glob("*.md"))
ENGLISH = sorted(help.folder_of("en").glob("*.md"))
WORDS = re.compile(r"\*\*[«“]([^»”]+)[»”]\*\*")
LINKS = re.compile(r"(?<!!)\[[^\]]+\]\(([^)]+)\)")
PICTURES = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")
QUOTED = re.compile(r"""_l?\(\s*(?:"([^"]+)"|'([^']+)')""")
MOST_PICTURES, MOST_BYTES, WIDTH = 14, 60_000, 360


def named_on_pages() -> set[str]:
    """Every text that a template, a view or a form has, and the name of every step."""
    web = CHECKOUT / "web"
    files = [*web.joinpath("templates").rglob("*.html"), *web.rglob("*.py")]
    texts = {one or other for path in files for one, other in QUOTED.findall(path.read_text("utf-8"))}
    return texts | {
        step.label for name in ("three_tier", "two_tier") for step in standard(name).transitions if step.label
    }


def pictures() -> Iterator[tuple[str, str, Path]]:
    """What is said about each picture, how it is named, where it is."""
    for source in SOURCES:
        for words, target in PICTURES.findall(source.read_text("utf-8")):
            yield words, target, (help.FOLDER / target).resolve()


def test_each_role_has_its_page() -> None:
    assert {path.stem for path in SOURCES} == set(help.READERS)
    assert all(guide.title and guide.summary for guide in help.guides().values())


@pytest.mark.parametrize("source", ENGLISH, ids=lambda path: path.stem)
def test_english_page_names_the_same_buttons_pages_and_pictures(source: Path) -> None:
    english, vietnamese = source.read_text("utf-8"), (help.FOLDER / source.name).read_text("utf-8")
    translate = translator("en")
    assert translate is not None
    steps = {step.written: step.label_en for name in ("three_tier", "two_tier") for step in standard(name).transitions}
    named = [steps.get(word) or translate(word) for word in WORDS.findall(vietnamese)]
    assert WORDS.findall(english) == named
    assert LINKS.findall(english) == LINKS.findall(vietnamese)
    assert [target for _words, target in PICTURES.findall(english)] == [
        f"../{target}" for _words, target in PICTURES.findall(vietnamese)
    ]


def test_every_page_is_there_in_english(stranger: Browser) -> None:
    assert [path.name for path in ENGLISH] == [path.name for path in SOURCES]
    stranger.client.set_cookie("dvk_lang", "en")
    page = stranger.client.get("/tro-giup/don-vi").get_data(as_text=True)
    assert "Registering units" in page
    assert re.search(r'<img src="/[^"]*don-vi-viec', page)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_every_button_named_is_on_some_page(source: Path) -> None:
    named = WORDS.findall(source.read_text("utf-8"))
    assert named
    present = named_on_pages()
    assert [words for words in named if words not in present] == []


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_every_page_named_is_one(app: Flask, source: Path) -> None:
    adapter = app.url_map.bind("localhost")
    targets = LINKS.findall(source.read_text("utf-8"))
    assert targets
    for target in targets:
        if target.endswith(".md"):
            assert (help.FOLDER / target).is_file(), target
        else:
            assert target.startswith("/"), target
            assert adapter.match(target, method="GET"), target


def test_every_picture_named_is_there_and_small() -> None:
    found = list(pictures())
    assert 0 < len(found) <= MOST_PICTURES
    assert {path.name for _, _, path in found} == {path.name for path in (static_files.FOLDER / "guide").iterdir()}
    for words, target, path in found:
        assert words, target
        assert path.stat().st_size <= MOST_BYTES, target
        with Image.open(path) as picture:
            assert picture.width == WIDTH, target


def test_contents_lead_to_every_page() -> None:
    targets = {(CONTENTS.parent / target).resolve() for target in LINKS.findall(CONTENTS.read_text("utf-8"))}
    assert targets == set(SOURCES)


def test_everybody_reads_the_guide(stranger: Browser) -> None:
    assert 'href="/tro-giup"' in stranger.get("/dang-nhap")
    contents = stranger.get("/tro-giup")
    for role, guide in help.guides().items():
        assert f'href="/tro-giup/{role}"' in contents
        page = html5lib.parse(stranger.get(f"/tro-giup/{role}"), namespaceHTMLElements=False)
        assert ["".join(title.itertext()) for title in page.iter("h1")] == [guide.title]
        shown = page.findall(".//article//img")
        assert len(shown) == guide.source.count("![")
        for picture in shown:
            assert (picture.get("width"), picture.get("loading")) == (str(WIDTH), "lazy")
            assert stranger.client.get(picture.get("src")).status_code == 200
        assert len(page.findall(".//article//strong")) >= len(WORDS.findall(guide.source))


def test_own_role_is_marked(visit: Visit, stranger: Browser) -> None:
    assert "Vai trò của bạn" not in stranger.get("/tro-giup")
    contents = html5lib.parse(visit("officer.x1t1").get("/tro-giup"), namespaceHTMLElements=False)
    marked = [item for item in contents.findall(".//li") if "Vai trò của bạn" in "".join(item.itertext())]
    assert [link.get("href") for item in marked for link in item.iter("a")][:1] == ["/tro-giup/don-vi"]
    assert len(marked) == 1


def test_no_page_for_another_role(stranger: Browser) -> None:
    assert "Không tìm thấy" in stranger.get("/tro-giup/khong-co", status=404)


def test_links_stay_below_the_place_of_the_program(app: Flask, settings: Settings) -> None:
    with app.test_request_context("/tro-giup", base_url="http://localhost/dvk"):
        text = help.rendered("[a](/mo-hinh) [b](quan-tri.md) <script>alert(1)</script>")
    assert 'href="/dvk/mo-hinh"' in text
    assert 'href="/dvk/tro-giup/quan-tri"' in text
    assert "<script>" not in text
