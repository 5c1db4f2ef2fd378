"""Style sheets, icons and fonts under names that carry a hash of their content, so that a browser may keep them for a year.

Everything is read, compressed and named once for each process; an answer is a look-up.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from flask import Flask, Response, abort, request
from markupsafe import Markup

from web.serving.access_rules import access_rule

FOLDER: Final = Path(__file__).parents[1] / "static"
PREFIX: Final = "/tinh"
YEAR: Final = "public, max-age=31536000, immutable"

# One request instead of four over a slow line. Later sheets win over earlier ones.
SHEETS: Final = MappingProxyType(
    {
        "site.css": (
            "vendor/fonts.css",
            "vendor/bootstrap.css",
            "theme.css",
            "dvk.css",
            "figures.css",
            "dates.css",
            "print.css",
        )
    }
)

_COMPRESSED = frozenset({".css", ".js", ".svg", ".txt", ".json"})
_REFERENCE = re.compile(r'url\("(?!data:)([^")]+)"\)')
_COMMENT = re.compile(r"/\*.*?\*/\s*", re.DOTALL)
# Vietnamese pages are made of two of the font's parts; naming them in the page's head saves a round trip.
PRELOADED: Final = ("vendor/be-vietnam-pro-latin-400.woff2", "vendor/be-vietnam-pro-vietnamese-400.woff2")


@dataclass(frozen=True, slots=True)
class StaticFile:
    """name: with the hash in it. compressed: None where gzip saves nothing."""

    name: str
    media_type: str
    content: bytes
    compressed: bytes | None


@cache
def files(folder: Path = FOLDER) -> Mapping[str, StaticFile]:
    """Every file by its plain name, e.g. "site.css"."""
    found: dict[str, StaticFile] = {}
    sheets = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith("LICENSE"):
            name = path.relative_to(folder).as_posix()
            if path.suffix == ".css":
                sheets.append(name)
            else:
                found[name] = _kept(name, path.read_bytes())
    # After the files that they refer to.
    parts = {name: _resolved(name, (folder / name).read_text("utf-8"), found) for name in sheets}
    for whole, pieces in SHEETS.items():
        if any(piece in parts for piece in pieces):
            found[whole] = _kept(whole, "".join(parts.pop(piece) for piece in pieces).encode())
    for name, text in parts.items():
        found[name] = _kept(name, text.encode())
    return MappingProxyType(found)


@cache
def _by_hashed_name() -> Mapping[str, StaticFile]:
    return {file.name: file for file in files().values()}


@cache
def address(name: str) -> str:
    """Where a file is, e.g. address("register.js"). A name that is no file is a mistake in a template: KeyError."""
    return f"{PREFIX}/{files()[name].name}"


@cache
def icon(name: str) -> Markup:
    """An icon from the sprite; the word beside it says the same, so a screen reader passes over it. KeyError for no icon."""
    sprite = files()["vendor/icons.svg"]
    if f'<symbol id="{name}"'.encode() not in sprite.content:
        raise KeyError(name)
    return Markup('<svg class="icon" width="16" height="16" aria-hidden="true"><use href="{}#{}"/></svg>').format(
        address("vendor/icons.svg"), name
    )


def install(app: Flask) -> None:
    """Serve the files and let templates name them: `asset("site.css")`, or url_for("static", filename="site.css")."""
    app.add_url_rule(f"{PREFIX}/<path:filename>", "static", _answer, methods=["GET"])
    app.url_defaults(_hashed)
    app.jinja_env.globals.update(icon=icon, asset=address, PRELOADED=PRELOADED)


@access_rule(public=True)
def _answer(filename: str) -> Response:
    file = _by_hashed_name().get(filename)
    if file is None:
        abort(404)
    squeezed = file.compressed if request.accept_encodings.quality("gzip") else None
    response = Response(squeezed or file.content, mimetype=file.media_type)
    if squeezed:
        response.headers["Content-Encoding"] = "gzip"
    if file.compressed:
        response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = YEAR
    return response


def _hashed(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static" and (file := files().get(values.get("filename", ""))):
        values["filename"] = file.name


def _kept(name: str, content: bytes) -> StaticFile:
    stem, suffix = posixpath.splitext(name)
    digest = hashlib.sha256(content).hexdigest()[:12]
    squeezed = gzip.compress(content, 9, mtime=0) if suffix in _COMPRESSED else b""
    return StaticFile(
        f"{stem}.{digest}{suffix}",
        _MEDIA_TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream",
        content,
        squeezed if squeezed and len(squeezed) < len(content) else None,
    )


# Windows keeps its own idea of these in the registry.
_MEDIA_TYPES: Final = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}


def _resolved(sheet: str, text: str, known: Mapping[str, StaticFile]) -> str:
    """A style sheet without comments, its references leading to hashed names."""

    def hashed(match: re.Match[str]) -> str:
        name = posixpath.normpath(posixpath.join(posixpath.dirname(sheet), match[1]))
        return f'url("{PREFIX}/{known[name].name}")'

    return _REFERENCE.sub(hashed, _COMMENT.sub("", text))
