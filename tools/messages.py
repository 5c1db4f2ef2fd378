"""Renews web/translations from the sentences in the code, the templates and the shipped data files: `make messages`.

What is new comes into the catalogue without a translation and a test fails until somebody has written it; what nobody says any
more goes. Names that a data file gives in both languages are taken from there. The compiled catalogue is what the program reads.
"""

from __future__ import annotations

import io
import sys
import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
LANGUAGE = "en"
PO = ROOT / "web" / "translations" / LANGUAGE / "LC_MESSAGES" / "messages.po"
MO = PO.with_suffix(".mo")
KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "mark": None, "Sentence": None, "lpgettext": ((1, "c"), 2)}
OPTIONS = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
# The same content gives the same files.
MADE = datetime(2026, 1, 1, tzinfo=UTC)
# Keys of data files whose values people read.
SAID = ("label", "title", "help", "leaves", "guidance", "good", "bad", "unit")


def main() -> int:
    """Renew both files; says how many messages have no translation yet."""
    catalogue = renewed(read(PO))
    PO.parent.mkdir(parents=True, exist_ok=True)
    PO.write_bytes(written(catalogue))
    MO.write_bytes(compiled(catalogue))
    missing = [message for message in catalogue if message.id and not message.string]
    print(f"{PO.relative_to(ROOT)}: {len(catalogue)} messages, {len(missing)} without a translation")
    return 1 if missing else 0


def read(path: Path) -> Catalog:
    """The catalogue as it is kept; an empty one where there is none."""
    if not path.exists():
        return Catalog(locale=LANGUAGE)
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE)


def renewed(kept: Catalog) -> Catalog:
    """The messages said today, with the translations that are kept for them."""
    catalogue = Catalog(
        locale=LANGUAGE,
        header_comment="# What the program says, Vietnamese → English.",
        project="danvankheo",
        version="1",
        msgid_bugs_address="-",
        last_translator="-",
        language_team="-",
        creation_date=MADE,
        revision_date=MADE,
        fuzzy=False,
    )
    for path in _sources():
        for _line, message, _comments, context in _extracted(path):
            catalogue.add(message, locations=[(path.relative_to(ROOT).as_posix(), 0)], context=context)
    known: dict[str, str] = {}
    for path in sorted((ROOT / "config").rglob("*.toml")):
        if "sample" in path.parts:
            continue
        for message, translation in _labels(tomllib.loads(path.read_text("utf-8"))):
            catalogue.add(message, locations=[(path.relative_to(ROOT).as_posix(), 0)])
            if translation:
                known.setdefault(message, translation)
    for message in catalogue:
        if message.id:
            old = kept.get(message.id, message.context)
            message.string = (
                old.string if old is not None and old.string else known.get(str(message.id), message.string)
            )
    return catalogue


def written(catalogue: Catalog) -> bytes:
    """The catalogue as text, in the order of its messages, without line numbers: a change shows as what it is."""
    file = io.BytesIO()
    write_po(file, catalogue, width=120, omit_header=False, sort_output=True, include_lineno=False)
    return file.getvalue()


def compiled(catalogue: Catalog) -> bytes:
    """The catalogue as the program reads it."""
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def _sources() -> Iterator[Path]:
    for package in ("config", "workflow", "notifications", "web"):
        yield from sorted((ROOT / package).rglob("*.py"))
    yield from sorted((ROOT / "web" / "templates").rglob("*.html"))
    yield from sorted((ROOT / "web" / "templates").rglob("*.txt"))


def _extracted(path: Path) -> Iterator[tuple[int, str | tuple[str, ...], list[str], str | None]]:
    method = "python" if path.suffix == ".py" else "jinja2.ext:babel_extract"
    yield from extract_from_file(method, path, KEYWORDS, (), OPTIONS)


def _labels(value: object) -> Iterator[tuple[str, str]]:
    """Every text of a data file that people read, with its English where the file has it."""
    if isinstance(value, Mapping):
        for key, held in value.items():
            if key in SAID and isinstance(held, str) and held:
                yield held, str(value.get(f"{key}_en", ""))
            else:
                yield from _labels(held)
    elif isinstance(value, list):
        for held in value:
            yield from _labels(held)


if __name__ == "__main__":
    sys.exit(main())
