"""From what is to be told to one person to the letter that tells it: headings, lines, links, in their language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from sqlalchemy.engine import Connection

from notifications.letters import subjects
from notifications.letters.wording import letter
from notifications.letters.wording.letter import Content, Line, Section
from notifications.letters.wording.sentences import Sentences
from notifications.reminders import recipients
from workflow.across.obligations.obligation import Obligation
from workflow.ground.speech import Translate, speaking, spoken_deadline

MOST_LINES: Final = 30
"""So many things stand under one heading; the rest is in the list to which the letter leads."""
WORK: Final = "/"
CHASING: Final = "/don-doc"
PREFERENCES: Final = "/hop-thu/cach-nhan"

_PARTS: Final = (
    recipients.REPORTER,
    recipients.VACANT,
    recipients.HEAD_OF_UNIT,
    recipients.STAFF,
    recipients.DEPUTY_HEAD,
    recipients.HEAD,
)


@dataclass(frozen=True, slots=True)
class Site:
    """What an installation makes of a letter.

    address: where its pages are, without a slash at the end; domain: of a Message-ID; sentences: language → its sentences; speak:
    language → what says the domain's own words in it.
    """

    address: str
    domain: str
    sentences: Callable[[str], Sentences]
    speak: Callable[[str], Translate | None]


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder to one person. principal: whom they stand in for; with_list: whether a list of the late goes with it."""

    id: int
    obligation_id: int
    account_id: int
    step: str
    part: str
    word: str
    full_name: str
    language: str
    principal: str | None
    with_list: bool
    email: str | None
    by_email: bool
    other_address: str | None
    by_other: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What the letters of one run speak of.

    owed: obligation → what is owed. counts: call → how many have sent it, of how many. late: collector → how many, the first.
    """

    owed: Mapping[int, Obligation]
    counts: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    late: Mapping[int, tuple[int, Sequence[int]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """A letter written: what is kept of it."""

    kind: str
    language: str
    subject: str
    text: str
    html: str
    link: str


def write(
    connection: Connection,
    site: Site,
    known: Known,
    person: str,
    language: str,
    rows: Sequence[Reminder],
    today: date,
) -> Told:
    """The letter to one person about these reminders."""
    say = site.sentences(language)
    with speaking(site.speak(say.language)):
        writer = _Writer(connection, site, known, say, today)
        return writer.written(person, rows)


def kind_of(rows: Sequence[Reminder]) -> str:
    """What a letter is that holds no escalation: what all of it is, or a digest."""
    causes = {_cause(row.step) for row in rows}
    return causes.pop() if len(causes) == 1 else "digest"


def is_escalation(step: str, part: str) -> bool:
    """Something is late, and the person is told because they are in charge of those who owe it."""
    return step.startswith("d+") and part in recipients.ESCALATION


def _cause(step: str) -> str:
    """'opened', 'moved', 'returned', 'chase', or 'digest' for a step of the year."""
    cause = step.partition(":")[0]
    return cause if cause in ("opened", "moved", "returned", "chase") else "digest"


class _Writer:
    """One letter in the making."""

    def __init__(self, connection: Connection, site: Site, known: Known, say: Sentences, today: date) -> None:
        self._connection = connection
        self._site = site
        self._known = known
        self._say = say
        self._today = today

    def written(self, person: str, rows: Sequence[Reminder]) -> Told:
        """The whole letter. The order of the things is that of their due dates."""
        once = self._once(rows)
        kind = "escalation" if any(is_escalation(row.step, row.part) for row in rows) else kind_of(once)
        listed = self._collectors(rows)
        shown = {key for collector in listed for key in self._known.late.get(collector, (0, ()))[1]}
        # What stands in the list of the late is not said a second time above it.
        above = [row for row in once if row.obligation_id not in shown or row.part not in recipients.ESCALATION]
        sections = [*self._sections(above), *self._late(listed)]
        owed = [self._known.owed[row.obligation_id] for row in once]
        link = subjects.path(owed[0]) if len(owed) == 1 else CHASING if kind == "escalation" else WORK
        content = Content(
            language=self._say.language,
            subject=self._subject(kind, owed),
            greeting=self._say("letter.greeting", name=person),
            sections=tuple(sections),
            action=self._say("letter.open_one" if len(owed) == 1 else "letter.open_several"),
            link=self._site.address + link,
            closing=self._say(
                "letter.closing_escalation" if kind == "escalation" else "letter.closing",
                link=self._site.address + PREFERENCES,
            ),
        )
        return Told(kind, content.language, content.subject, letter.as_text(content), letter.as_html(content), link)

    def _once(self, rows: Sequence[Reminder]) -> list[Reminder]:
        """One row for each thing that is owed: what somebody caused before the mere passing of time."""
        chosen: dict[int, Reminder] = {}
        for row in sorted(rows, key=lambda row: (_cause(row.step) == "digest", -row.id)):
            chosen.setdefault(row.obligation_id, row)
        return sorted(chosen.values(), key=lambda row: (self._known.owed[row.obligation_id].due_on, row.obligation_id))

    def _subject(self, kind: str, owed: Sequence[Obligation]) -> str:
        first = owed[0]
        left = spoken_deadline(first.due_on, self._today)
        if len(owed) > 1:
            return letter.subject(self._say(f"subject.{kind}_several", count=len(owed), left=left))
        return letter.subject(self._say(f"subject.{kind}", what=self._name(first), unit=first.unit_name, left=left))

    def _sections(self, rows: Sequence[Reminder]) -> list[Section]:
        groups: dict[tuple[int, str], list[Reminder]] = {}
        for row in rows:
            principal = row.principal if row.part == recipients.REPORTER else ""
            groups.setdefault((_PARTS.index(row.part), principal or ""), []).append(row)
        found = []
        for (place, principal), members in sorted(groups.items(), key=lambda group: group[0]):
            part = _PARTS[place]
            heading = self._say("heading.deputy", name=principal) if principal else self._say(f"heading.{part}")
            lines = tuple(self._line(row) for row in members[:MOST_LINES])
            found.append(Section(heading, lines, self._more(len(members) - MOST_LINES)))
        return found

    def _line(self, row: Reminder) -> Line:
        owed = self._known.owed[row.obligation_id]
        notes = []
        cause = _cause(row.step)
        if cause in ("opened", "moved", "returned"):
            notes.append(self._say(f"line.{cause}"))
        if row.word:
            notes.append(self._say("line.word", word=row.word))
        if row.part == recipients.VACANT:
            notes.append(self._say("line.vacant", unit=owed.unit_name))
        if row.part in (recipients.REPORTER, recipients.HEAD_OF_UNIT) and owed.collector_id != owed.unit_id:
            notes.append(self._waiting(owed))
        return Line(self._what(owed), tuple(notes), self._site.address + subjects.path(owed))

    def _waiting(self, owed: Obligation) -> str:
        """Who waits for it, and how many of the others have done the same."""
        done, every = self._known.counts.get(owed.call_id or 0, (0, 0))
        if done:
            return self._say("line.others", collector=owed.collector_name, done=done, all=every)
        return self._say("line.waiting", collector=owed.collector_name)

    def _collectors(self, rows: Sequence[Reminder]) -> list[int]:
        """For whom a list of the late goes with the letter, because a step asks for it."""
        asked = [row.obligation_id for row in rows if row.with_list and row.part in recipients.ESCALATION]
        return sorted({self._known.owed[key].collector_id for key in asked})

    def _late(self, collectors: Sequence[int]) -> list[Section]:
        """Everything that is late with each of them."""
        found = []
        for collector in collectors:
            count, ids = self._known.late.get(collector, (0, ()))
            if not ids:
                continue
            owed = [self._known.owed[key] for key in ids]
            heading = self._say("heading.late", collector=owed[0].collector_name, count=count)
            lines = tuple(Line(self._what(one), (), self._site.address + subjects.path(one)) for one in owed)
            found.append(Section(heading, lines, self._more(count - len(owed))))
        return found

    def _what(self, owed: Obligation) -> str:
        left = spoken_deadline(owed.due_on, self._today)
        return self._say("line.what", what=self._name(owed), unit=owed.unit_name, left=left)

    def _name(self, owed: Obligation) -> str:
        return subjects.name(self._connection, owed, outside=True)

    def _more(self, count: int) -> str:
        return self._say("line.more", count=count) if count > 0 else ""
