"""What a report says in words: its sections as data, what somebody wrote into them, and how much of it is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from config import definitions
from workflow.core.labels import REPORT_KINDS
from workflow.ground.data_files import DataFileInvalid, Table, parse_toml
from workflow.ground.reading.text import clean
from workflow.ground.refusals import InvalidInput
from workflow.ground.speech import _, other

LONGEST_SECTION: Final = 20_000
LONGEST_WORD: Final = 500

_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")


class SectionsInvalid(DataFileInvalid):
    """The sections of a report cannot be used."""


@dataclass(frozen=True, slots=True)
class Section:
    """One section a report may have. least: characters below which it is probably unfinished."""

    id: str
    label: str
    label_en: str
    guidance: str
    guidance_en: str
    least: int
    kinds: tuple[str, ...]

    @property
    def title(self) -> str:
        """Its label in the language spoken."""
        return other(self.label, self.label_en)

    @property
    def hint(self) -> str:
        """What belongs into it, in the language spoken."""
        return other(self.guidance, self.guidance_en)


@dataclass(frozen=True, slots=True)
class Content:
    """What was written. sections: text by id of the section; words: what was said to a figure that looks wrong, by its id."""

    sections: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, dict[str, str]]:
        """As a report keeps it."""
        return {"sections": dict(self.sections), "words": dict(self.words)}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Content:
        """Back from what was kept."""
        return cls(dict(kept.get("sections", {})), dict(kept.get("words", {})))


@dataclass(frozen=True, slots=True)
class Gap:
    """A section that is empty (then the report cannot be handed in), or so short that it is probably unfinished."""

    section: str
    title: str
    empty: bool
    sentence: str


@cache
def every_section() -> tuple[Section, ...]:
    """The sections there are, in the order of a report."""
    return load_sections(definitions.report_sections_text(), definitions.REPORT_SECTIONS_FILE)


def load_sections(text: str, origin: str) -> tuple[Section, ...]:
    """The sections in a TOML text; raises SectionsInvalid with every problem, each naming file and key."""
    content, problems = parse_toml(text, origin)
    if problems:
        raise SectionsInvalid(problems)
    root = Table(content, origin, "", problems)
    found: list[Section] = []
    for table in root.tables("sections"):
        section = Section(
            table.text("id"),
            table.text("label"),
            table.text("label_en"),
            table.text("guidance"),
            table.text("guidance_en", ""),
            table.integer("least", low=0, high=LONGEST_SECTION, default=0) or 0,
            table.names("kinds", _("loại báo cáo"), REPORT_KINDS, ()),
        )
        if section.id in {one.id for one in found}:
            table.problem("id", _("mã “%(code)s” đã dùng ở trên; hãy đặt mã khác", code=section.id))
        table.close()
        found.append(section)
    root.close()
    if problems:
        raise SectionsInvalid(problems)
    return tuple(found)


def default_sections(kind: str) -> tuple[str, ...]:
    """Ids of the sections that a kind of report asks for when nothing else is said."""
    return tuple(section.id for section in every_section() if kind in section.kinds)


def asked_for(ids: Sequence[str], kind: str) -> tuple[Section, ...]:
    """The sections with these ids, in the order of a report; those of the kind when none is named."""
    wanted = set(ids) or set(default_sections(kind))
    return tuple(section for section in every_section() if section.id in wanted)


def numbered(sections: Sequence[Section]) -> list[tuple[str, Section]]:
    """With the Roman numeral under which each stands in the report."""
    return list(zip(_ROMAN, sections, strict=False))


def read(sections: Sequence[Section], written: Mapping[str, str], words: Mapping[str, str]) -> Content:
    """What was typed, cleaned. Raises InvalidInput for a section that is not asked for or a text that is too long."""
    known = {section.id: section for section in sections}
    problems: dict[str, str] = {}
    texts: dict[str, str] = {}
    for name, text in written.items():
        if name not in known:
            listed = ", ".join(known)
            problems[name[:40]] = _("Báo cáo này không có phần đó. Các phần: %(listed)s.", listed=listed)
            continue
        cleaned = clean(text, multiline=True)
        if len(cleaned) > LONGEST_SECTION:
            problems[name] = _(
                "Phần «%(title)s» dài %(count)s ký tự, tối đa %(most)s. Hãy rút gọn.",
                title=known[name].title,
                count=len(cleaned),
                most=LONGEST_SECTION,
            )
        texts[name] = cleaned
    said = {name: clean(word) for name, word in words.items() if clean(word)}
    for name, word in said.items():
        if len(word) > LONGEST_WORD:
            problems[f"word-{name}"] = _("Tối đa %(most)s ký tự. Hãy rút gọn.", most=LONGEST_WORD)
    if problems:
        raise InvalidInput(problems)
    return Content({name: text for name, text in texts.items() if text}, said)


def gaps(sections: Sequence[Section], content: Content) -> list[Gap]:
    """Sections that are empty or very short, in their order."""
    found = []
    for section in sections:
        length = len(content.sections.get(section.id, ""))
        if not length:
            sentence = _("Phần «%(title)s» còn trống. Hãy viết, dù chỉ một câu.", title=section.title)
            found.append(Gap(section.id, section.title, True, sentence))
        elif length < section.least:
            sentence = _("Phần «%(title)s» rất ngắn (%(count)s ký tự).", title=section.title, count=length)
            found.append(Gap(section.id, section.title, False, sentence))
    return found
