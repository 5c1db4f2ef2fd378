"""The letter as text and as HTML. Every word in it is escaped in the HTML, wherever it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from notifications.letters.mail import one_line


@dataclass(frozen=True, slots=True)
class Line:
    """One thing. link: absolute address, or '' when there is nothing to open."""

    text: str
    notes: tuple[str, ...] = ()
    link: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Things under one heading. more: how many are left out, in words; '' when none is."""

    heading: str
    lines: tuple[Line, ...]
    more: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """What one person is told at once. link: the one address where they go on; action: the words on it."""

    language: str
    subject: str
    greeting: str
    sections: tuple[Section, ...]
    action: str
    link: str
    closing: str


LONGEST_SUBJECT = 200

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=select_autoescape(("html",)),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def subject(text: str) -> str:
    """A subject of one line that is no longer than the database and a mail program take."""
    whole = one_line(text)
    return whole if len(whole) <= LONGEST_SUBJECT else whole[: LONGEST_SUBJECT - 1].rsplit(" ", 1)[0] + "…"


def as_text(letter: Content) -> str:
    """For mail programs without HTML, and for other channels."""
    return _templates.get_template("message.txt").render(letter=letter)


def as_html(letter: Content) -> str:
    """For everybody else."""
    return _templates.get_template("message.html").render(letter=letter)
