"""The guide: one short page per role and language, written in Markdown beside the code so that it is shipped with it."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from flask import Blueprint, abort, render_template, request, url_for
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from web.serving import static_files, visitor
from web.serving.access_rules import ADMINISTRATORS, INSPECTORS, RECOGNISERS, REGISTRANTS, REVIEWERS, STAFF, access_rule
from web.words import language

pages = Blueprint("help", __name__)

FOLDER: Final = Path(__file__).resolve().parents[1] / "help_pages"
# In the order in which a model meets them.
READERS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "don-vi": REGISTRANTS,
        "doan-kiem-tra": INSPECTORS,
        "can-bo-binh-xet": REVIEWERS,
        "cap-tren": RECOGNISERS,
        "to-giup-viec": STAFF | {"leader"},
        "quan-tri": ADMINISTRATORS,
    }
)
# How the Markdown names a file of web/static, so that it also shows where the source is read.
PICTURES: Final = "/static/"

_PAGE = re.compile(r"([a-z-]+)\.md")
# No HTML of its own: what looks like a tag is text.
_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False})


@dataclass(frozen=True, slots=True)
class Guide:
    """One page as it is written. summary: its first paragraph. source: what comes after the title."""

    role: str
    title: str
    summary: str
    source: str


def folder_of(code: str) -> Path:
    """Where the pages of a language are; the Vietnamese ones where it has none."""
    own = FOLDER / code
    return own if own.is_dir() else FOLDER


@cache
def guides(folder: Path = FOLDER) -> Mapping[str, Guide]:
    """Every page by its role, in the order of READERS."""
    found = {}
    for role in READERS:
        first, _, rest = (folder / f"{role}.md").read_text("utf-8").partition("\n")
        summary = rest.strip().partition("\n\n")[0]
        found[role] = Guide(role, first.removeprefix("# ").strip(), summary, rest)
    return MappingProxyType(found)


@pages.get("/tro-giup")
@access_rule(public=True)
def index() -> str:
    who = visitor.current()
    yours = [role for role, readers in READERS.items() if who is not None and who.actor.holds(readers)]
    listed = [(one, rendered(one.summary)) for one in _spoken().values()]
    return render_template("help/index.html", guides=listed, yours=yours)


@pages.get("/tro-giup/<role>")
@access_rule(public=True)
def shown(role: str) -> str:
    guide = _spoken().get(role)
    if guide is None:
        abort(404)
    others = [one for one in _spoken().values() if one is not guide]
    return render_template("help/show.html", guide=guide, text=rendered(guide.source), others=others)


def _spoken() -> Mapping[str, Guide]:
    return guides(folder_of(language.current()))


def rendered(source: str) -> Markup:
    """The HTML of a text: its links lead into this site, its pictures to the hashed files."""
    tokens = _MARKDOWN.parse(source)
    for token in tokens:
        _lead(token.children or ())
    return Markup(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))  # noqa: S704 - made by the renderer, HTML off


def _lead(tokens: Sequence[Token]) -> None:
    for token in tokens:
        if token.type == "link_open":
            target = str(token.attrs["href"])
            page = _PAGE.fullmatch(target)
            token.attrs["href"] = url_for("help.shown", role=page[1]) if page else request.script_root + target
        elif token.type == "image":
            name = str(token.attrs["src"]).rpartition(PICTURES)[2]
            width, height = _size(name)
            token.attrs |= {
                "src": url_for("static", filename=name),
                "width": width,
                "height": height,
                "loading": "lazy",
            }


def _size(name: str) -> tuple[int, int]:
    """Width and height of a PNG, which stand at the same place in each."""
    width, height = struct.unpack(">II", static_files.files()[name].content[16:24])
    return width, height
