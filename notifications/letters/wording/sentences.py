"""The sentences of messages, one file for each language: read, checked, and replaced by an installation's own.

A sentence has places such as `{unit}`; nothing else in it is evaluated. One that names an unknown place is refused when saved.
"""

from __future__ import annotations

import os
import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from workflow.ground.refusals import InvalidInput
from workflow.ground.speech import _

LANGUAGES: Final = ("vi", "en")
LONGEST: Final = 300
FOLDER: Final = "wording"
"""Where in the data folder an installation's own sentences are."""

_SHIPPED: Final = Path(__file__).parent
_LEFT = frozenset({"what", "unit", "left"})
_COUNTED = frozenset({"count", "left"})
_NONE: frozenset[str] = frozenset()
_ABOUT = ("opened", "moved", "returned", "chase", "digest", "escalation")
_PARTS = ("reporter", "vacant", "head_of_unit", "staff", "deputy_head", "head")

PLACES: Final[Mapping[str, frozenset[str]]] = {
    **{f"subject.{name}": _LEFT for name in _ABOUT},
    **{f"subject.{name}_several": _COUNTED for name in _ABOUT},
    "subject.notice": frozenset({"count"}),
    "letter.greeting": frozenset({"name"}),
    "letter.open_one": _NONE,
    "letter.open_several": _NONE,
    "letter.closing": frozenset({"link"}),
    "letter.closing_escalation": frozenset({"link"}),
    **{f"heading.{name}": _NONE for name in (*_PARTS, "notices")},
    "heading.deputy": frozenset({"name"}),
    "heading.late": frozenset({"collector", "count"}),
    "line.what": _LEFT,
    **{f"line.{name}": _NONE for name in ("opened", "moved", "returned")},
    "line.word": frozenset({"word"}),
    "line.waiting": frozenset({"collector"}),
    "line.others": frozenset({"collector", "done", "all"}),
    "line.vacant": frozenset({"unit"}),
    "line.model": frozenset({"code", "name", "unit"}),
    "line.step": frozenset({"deed", "state"}),
    "line.more": frozenset({"count"}),
}
"""Every sentence there has to be, and the places it may have."""

log = structlog.get_logger("wording")


@dataclass(frozen=True, slots=True)
class Sentences:
    """The sentences of one language, checked."""

    language: str
    texts: Mapping[str, str]

    def __call__(self, name: str, /, **values: object) -> str:
        """A sentence with its places filled in. What is filled in is text and nothing else, whatever braces it holds."""
        return self.texts[name].format_map(values)


def read(text: str, language: str) -> Sentences:
    """The sentences in a file's text. Raises InvalidInput that names each one at fault."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput({"wording": _("Tệp lời nhắc không đọc được: %(error)s", error=error)}) from error
    found = {
        f"{table}.{name}": sentence
        for table, sentences in tables.items()
        if isinstance(sentences, dict)
        for name, sentence in sentences.items()
    }
    unknown = [name for name in found if name not in PLACES]
    unknown += [table for table, sentences in tables.items() if not isinstance(sentences, dict)]
    problems = {name: _("Không có câu nào tên «%(name)s». Hãy bỏ đi.", name=name[:60]) for name in unknown}
    for name, places in PLACES.items():
        if name not in found:
            problems[name] = _("Thiếu câu «%(name)s».", name=name)
        elif (problem := _problem(found[name], places)) is not None:
            problems[name] = _("Câu «%(name)s»: %(problem)s", name=name, problem=problem)
    if problems:
        raise InvalidInput(problems)
    return Sentences(language, {name: found[name] for name in PLACES})


class Library:
    """The sentences of an installation in every language, read anew when a file changes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, tuple[int, Sentences]] = {}

    def __call__(self, language: str) -> Sentences:
        """The sentences in a language. Own ones that cannot be used give way to those of the program: reminders have to go."""
        language = language if language in LANGUAGES else LANGUAGES[0]
        stamp = _stamp(own(self._folder, language))
        kept = self._known.get(language)
        if kept is None or kept[0] != stamp:
            try:
                found = load(self._folder, language)
            except InvalidInput as invalid:
                log.error("wording_unusable", language=language, why=invalid.message)
                found = load(None, language)
            kept = self._known[language] = (stamp, found)
        return kept[1]


def load(folder: Path | None, language: str) -> Sentences:
    """An installation's own sentences if it has some, else those that come with the program. Raises InvalidInput.

    folder: the data folder. An unknown language is said in Vietnamese.
    """
    language = language if language in LANGUAGES else LANGUAGES[0]
    kept = own(folder, language) if folder is not None else None
    source = kept if kept is not None and kept.is_file() else shipped(language)
    try:
        return read(source.read_text(encoding="utf-8"), language)
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput({"wording": _("Không đọc được tệp lời nhắc %(path)s.", path=source)}) from error


def save(folder: Path, language: str, text: str) -> Path:
    """Keep an installation's own sentences. Raises InvalidInput, and keeps nothing, when one of them is wrong."""
    if language not in LANGUAGES:
        raise InvalidInput({"language": _("Chỉ có lời nhắc bằng: %(listed)s.", listed=", ".join(LANGUAGES))})
    read(text, language)
    target = own(folder, language)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(f".{os.getpid()}.tmp")
    draft.write_text(text, encoding="utf-8")
    draft.replace(target)
    return target


def shipped(language: str) -> Path:
    """The file that comes with the program: what to begin an own one with."""
    return _SHIPPED / f"{language}.toml"


def own(folder: Path, language: str) -> Path:
    """Where an installation's own sentences are, if it has any."""
    return folder / FOLDER / f"{language}.toml"


def _stamp(path: Path) -> int:
    """Tells one content of a file from the next; 0 without a file."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _problem(sentence: object, places: frozenset[str]) -> str | None:
    if not isinstance(sentence, str) or not sentence.strip():
        return _("phải là một câu chữ.")
    if len(sentence) > LONGEST:
        return _("dài quá %(longest)s ký tự.", longest=LONGEST)
    if not sentence.isprintable():
        return _("chỉ được một dòng chữ, không có ký tự điều khiển.")
    try:
        parsed = list(string.Formatter().parse(sentence))
    except ValueError:
        return _("dấu ngoặc nhọn không khớp.")
    for _text, place, form, conversion in parsed:
        if place is None:
            continue
        if place not in places or form or conversion:
            listed = ", ".join(f"{{{known}}}" for known in sorted(places)) or _("không có chỗ nào")
            return _("chỗ điền «{%(place)s}» không dùng được. Được dùng: %(listed)s.", place=place[:40], listed=listed)
    return None
