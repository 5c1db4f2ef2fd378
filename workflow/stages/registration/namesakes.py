"""People of one name in one unit: whom a form means by a name, and the question where that can be two."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.ground.dialects import any_of
from workflow.ground.reading.text import identity
from workflow.ground.schema import emulation_model, person
from workflow.ground.speech import _

LONGEST_PERSON: Final = 120


@dataclass(frozen=True, slots=True)
class Person:
    """The individual who registers, before they are looked up among the unit's people."""

    full_name: str
    distinguisher: str
    account_id: int | None

    @property
    def identity(self) -> tuple[str, str]:
        """What tells them from everybody else of their unit."""
        return identity(self.full_name)[:LONGEST_PERSON], identity(self.distinguisher)

    @property
    def known_as(self) -> str:
        """What they are called where others of that name may stand beside them, as `PERSON_NAME` is."""
        return f"{self.full_name} ({self.distinguisher})" if self.distinguisher else self.full_name


@dataclass(frozen=True, slots=True)
class Said:
    """What is known of whom a form means besides the name. same: they said that it is the person the unit knows.

    of_list: a row of an office's list, where nobody is there to be asked. present: key of the person of the form as it is kept;
    people, accounts: keys of whom it is about for certain.
    """

    same: bool
    of_list: bool
    present: int | None
    people: Collection[int | None]
    accounts: Collection[int | None]


class Namesakes:
    """The people with models of their own whom some units know by some names."""

    def __init__(self, connection: Connection, units: Collection[int], names: Collection[str]) -> None:
        self._known: dict[tuple[int, str], list[sa.Row[Any]]] = {}
        if not units or not names:
            return
        keys = sorted({identity(name)[:LONGEST_PERSON] for name in names})
        rows: Iterable[sa.Row[Any]] = connection.execute(
            sa.select(
                person.c.id,
                person.c.unit_id,
                person.c.full_name,
                person.c.name_identity,
                person.c.distinguisher,
                person.c.account_id,
                sa.func.min(emulation_model.c.code).label("code"),
            )
            .join(emulation_model, emulation_model.c.person_id == person.c.id)
            .where(any_of(person.c.unit_id, sorted(units)), any_of(person.c.name_identity, keys))
            .group_by(person.c.id)
            .order_by(person.c.id)
        )
        for row in rows:
            self._known.setdefault((row.unit_id, row.name_identity), []).append(row)

    def meant(self, someone: Person, place: sa.Row[Any], said: Said) -> Person | str:
        """The person meant, told apart as the unit tells them apart; or the sentence that asks which of several it is.

        Who is told apart by words of their own is whom those words name, known or new. Without such words a list means the one
        who has none either, and a form is asked.
        """
        known = [row for row in self.of(place.id, someone) if row.id != said.present or not row.distinguisher]
        plain = next((row for row in known if not row.distinguisher), None)
        if someone.distinguisher or not known or (plain is not None and plain.id == said.present):
            return someone
        certain = [row for row in known if row.id in said.people or row.account_id in _given(said.accounts)]
        if len(certain) == 1:
            return _as_known(certain[0], someone)
        if said.same or (said.of_list and plain is not None):
            if plain is not None:
                return someone
            if len(known) == 1:
                return _as_known(known[0], someone)
        return _question(known, someone, place, may_say_same=not said.of_list and not said.same)

    def of(self, unit_id: int, someone: Person) -> Sequence[sa.Row[Any]]:
        """The people of this name at a unit, each with the `code` of a model of theirs."""
        return self._known.get((unit_id, someone.identity[0]), ())


def _as_known(row: sa.Row[Any], someone: Person) -> Person:
    return Person(row.full_name, row.distinguisher, someone.account_id)


def _given(accounts: Collection[int | None]) -> set[int]:
    return {account for account in accounts if account is not None}


def _question(known: Sequence[sa.Row[Any]], someone: Person, place: sa.Row[Any], *, may_say_same: bool) -> str:
    listed = "; ".join(f"{row.distinguisher}, {row.code}" if row.distinguisher else row.code for row in known[:10])
    if may_say_same and len(known) == 1:
        return _(
            "«%(unit)s» đã có người đăng ký tên %(person)s (%(listed)s). Nếu là người khác, hãy ghi phần phân biệt;"
            " nếu vẫn là người ấy, hãy đánh dấu «Cùng một người».",
            unit=place.name,
            person=someone.full_name,
            listed=listed,
        )
    return _(
        "«%(unit)s» đã có người đăng ký tên %(person)s (%(listed)s). Hãy ghi phần phân biệt: của người ấy, hoặc"
        " một phần khác nếu là người khác.",
        unit=place.name,
        person=someone.full_name,
        listed=listed,
    )
