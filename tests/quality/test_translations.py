"""English is complete and renewed: every sentence that a person meets goes through the catalogue, and the catalogue has it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
VIETNAMESE = re.compile("[À-ÃÈ-ÊÌÍÒ-ÕÙÚÝà-ãè-êìíò-õùúýĂăĐđĨĩŨũƠơƯưẠ-ỹ]")
PLACE = re.compile(r"%\((\w+)\)([sd])")
CALLS = {"_", "_l", "mark", "pgettext", "lpgettext", "Sentence"}

# Vietnamese by nature, with the reason. A name after the colon: only what stands in this function or is assigned to this name.
KEPT = {
    "config/sample/content.py": "reads the sample, which is Vietnamese data",
    "config/settings.py:Origin": "codes, said by dvk doctor through the catalogue",
    "config/settings.py:load_settings": "the same",
    "config/settings.py:origins": "the same",
    "notifications/calendar/ics.py:_PRODUCT": "the identifier of a format",
    "web/words/catalogue.py:LANGUAGES": "each language by its own name",
    "web/words/timeline.py:_deed": "how a Vietnamese label begins",
    "workflow/across/documents/registration_columns.py": "headings and guidance of a file that is read back",
    "workflow/across/documents/registration_rows.py:_KINDS": "words read in a file",
    "workflow/across/documents/registration_rows.py:_ORIGINS": "words read in a file",
    "workflow/across/documents/registration_rows.py:_AGREED": "words read in a file",
    "workflow/across/documents/registration_rows.py:_LEADING": "words read in a file",
    "workflow/across/documents/registration_rows.py:_ADDED": "words read in a file",
    "workflow/across/documents/registrations_template.py": "a file that is read back",
    "workflow/across/documents/import_units.py:SHEET_NAME": "a file that is read back",
    "workflow/across/documents/import_units.py:_TITLES": "a file that is read back",
    "workflow/across/documents/import_units.py:_ALIASES": "a file that is read back",
    "workflow/across/documents/import_units.py:_FORMER_KINDS": "a file that is read back",
    "workflow/across/documents/import_units.py:_NOTES": "a file that is read back",
    "workflow/across/documents/import_units.py:_columns": "a file that is read back",
    "workflow/across/documents/workbook_export.py": "a file that is read back",
    "workflow/core/programmes/stored.py:create_year": "the name of a year is data",
    "workflow/ground/reading/file_kinds.py:_NAMELESS": "the name of a file is data",
    "workflow/ground/reading/quantities.py": "the words that people type numbers with; its sentences are all in refusals",
    "workflow/ground/reading/old_letters.py": "letters",
    "workflow/ground/reading/order.py": "letters",
    "workflow/ground/reading/text.py": "letters",
    "workflow/stages/recognition/dossier.py:_NUMBER": "how a number is typed",
    "workflow/stages/registration/model_quantities.py:_FACTORS": "units that people type",
    "workflow/stages/review/commands.py:_written_down": "a paper of the committee",
    "workflow/stages/review/minutes.py:_proposed": "a paper of the committee",
    "workflow/across/sample": "the sample is Vietnamese data",
}


@pytest.fixture(scope="module")
def messages() -> ModuleType:
    """The tool behind `make messages`."""
    spec = util.spec_from_file_location("messages", ROOT / "tools" / "messages.py")
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_catalogue_has_what_is_said_today(messages: ModuleType) -> None:
    kept = messages.read(messages.PO)
    # Compared before they are asserted: a picture of the difference of two such files takes minutes.
    renewed = messages.PO.read_bytes() == messages.written(messages.renewed(kept))
    compiled = messages.MO.read_bytes() == messages.compiled(messages.renewed(kept))
    assert renewed, "run: make messages"
    assert compiled, "run: make messages"


def test_every_message_has_its_english(messages: ModuleType) -> None:
    catalogue = messages.read(messages.PO)
    assert [message.id for message in catalogue if message.id and not message.string] == []
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []


def test_every_translation_has_the_places_of_its_message(messages: ModuleType) -> None:
    for message in messages.read(messages.PO):
        if message.id:
            assert sorted(set(PLACE.findall(message.string))) == sorted(set(PLACE.findall(message.id))), message.id


def test_no_translation_is_vietnamese(messages: ModuleType) -> None:
    # What is typed is Vietnamese in either language, and so are a few words that have no other.
    typed = re.compile(
        r"Dân vận khéo|đồng|QĐ/BCĐ|TTr/BCĐ|ngày công|1,139 tỷ|trên (200 hộ|350( cây)?)|Ngày công: 350; Tiền mặt: 5 triệu"
        r"|1,2 tỷ|Có \(yes\)|Không \(no\)|Tiếng Việt"
    )
    catalogue = messages.read(messages.PO)
    assert [
        message.string for message in catalogue if message.id and VIETNAMESE.search(typed.sub("", message.string))
    ] == []


@pytest.mark.parametrize("package", ["config", "workflow", "notifications", "web"])
def test_sentence_in_the_code_goes_through_the_catalogue(package: str) -> None:
    found = []
    for path in sorted((ROOT / package).rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if name in KEPT or any(name.startswith(f"{folder}/") for folder in KEPT):
            continue
        for line, text, place in bare(ast.parse(path.read_text("utf-8"))):
            if f"{name}:{place}" not in KEPT:
                found.append(f"{name}:{line} ({place}): {text}")
    assert found == []


def test_sentence_in_a_template_goes_through_the_catalogue() -> None:
    found = []
    for path in sorted((ROOT / "web" / "templates").rglob("*.html")):
        text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", path.read_text("utf-8"), flags=re.DOTALL)
        found += [f"{path.relative_to(ROOT)}: {line.strip()}" for line in text.splitlines() if VIETNAMESE.search(line)]
    assert found == []


def test_reason_that_is_no_longer_needed_is_dropped() -> None:
    needed = set()
    for package in ("config", "workflow", "notifications", "web"):
        for path in sorted((ROOT / package).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            for _line, _text, place in bare(ast.parse(path.read_text("utf-8"))):
                needed |= {name, f"{name}:{place}", *(f"{parent}" for parent in Path(name).parents)}
    assert sorted(set(KEPT) - needed) == []


def bare(tree: ast.AST) -> Iterator[tuple[int, str, str]]:
    """Line, text and place (function or name assigned) of each Vietnamese text outside the calls of the catalogue."""
    yield from _bare(tree, "")


def _bare(node: ast.AST, place: str) -> Iterator[tuple[int, str, str]]:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return  # a docstring
    if isinstance(node, ast.Call) and _name(node.func) in CALLS:
        for keyword in node.keywords:
            yield from _bare(keyword.value, place)
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and VIETNAMESE.search(node.value):
        yield node.lineno, node.value, place
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        place = node.name
    elif not place and isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        place = node.targets[0].id
    elif not place and isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        place = node.target.id
    for child in ast.iter_child_nodes(node):
        yield from _bare(child, place)


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def test_text_outside_is_found_and_text_inside_is_not() -> None:
    code = 'A = "Mã"\ndef told(n):\n    """Lời."""\n    return f"Còn {n}" + _("Được %(x)s", x="ổ") + mark("ừ")\n'
    assert [(text, place) for _line, text, place in bare(ast.parse(code))] == [
        ("Mã", "A"),
        ("Còn ", "told"),
        ("ổ", "told"),
    ]
