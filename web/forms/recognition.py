"""The second selection among the models of a decision."""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from web.forms.base import PageForm


class SelectionForm(PageForm):
    """Rows of boxes that the template writes; only what is wrong with the whole is kept here."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The boxes as ticked. seen: code and version of each row of the page."""

    outstanding: frozenset[str]
    commended: frozenset[str]
    seen: tuple[tuple[str, int], ...]


def chosen_in(sent: MultiDict[str, str]) -> Choice:
    """Which models were ticked, and which versions the page showed."""
    seen = (row.rpartition(":") for row in sent.getlist("seen"))
    return Choice(
        frozenset(sent.getlist("outstanding")),
        frozenset(sent.getlist("commended")),
        tuple((code, int(version)) for code, _, version in seen if version.isdecimal() and len(version) < 10),
    )
