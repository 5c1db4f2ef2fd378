"""Import of a list of registrations: read, checked row by row, created and submitted on behalf of the registrants.

All in one writing transaction: either every row that was reported as created is there, or none of them. The same list again
creates nothing. The columns are in `registration_columns`, the understanding of a row in `registration_rows`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.across.documents.registration_columns import Column, columns_of, headings
from workflow.across.documents.registration_rows import (
    Candidate,
    RowRefusal,
    UnitNames,
    candidate,
    require_columns,
    unread_columns,
)
from workflow.across.documents.workbook import Sheet, read_sheet, spans
from workflow.core import access
from workflow.core.access import Actor
from workflow.core.engine import transition
from workflow.core.lifecycles import store
from workflow.core.programmes import stored as programme
from workflow.core.programmes.terms import LONGEST_NAME
from workflow.core.programmes.year import Year
from workflow.ground.database import Database
from workflow.ground.dialects import any_of
from workflow.ground.reading.similarity import NameIndex
from workflow.ground.reading.text import identity, shorten
from workflow.ground.refusals import NotAllowed
from workflow.ground.schema import emulation_model, person, unit
from workflow.ground.speech import _
from workflow.ground.vietnam_time import local_date
from workflow.stages.registration import commands as registration
from workflow.stages.registration.drafts import Checked, Desk, check_list
from workflow.stages.registration.namesakes import Person
from workflow.stages.registration.registrant import SUBMIT, roles_of

Progress = Callable[[int, int], None]

_AT_ONCE: Final = 1_000
_SIMILAR_SHOWN: Final = 200
_IN_FILE: Final = "row"
_STORED: Final = "model"


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What an import did, or would do. rows: filled rows below the header; codes: of the models created, in the file's order.

    refused has one entry for each thing wrong, so a row may be named twice. Unless the import was partial, `created` is 0 as soon
    as one row is refused.
    """

    rows: int
    created: int
    unchanged: int
    refused: tuple[RowRefusal, ...]
    warnings: tuple[str, ...]
    codes: tuple[str, ...] = field(default=(), compare=False)

    def as_json(self) -> dict[str, Any]:
        """As `dvk import registrations --format json` prints it."""
        return {
            "rows": self.rows,
            "created": self.created,
            "unchanged": self.unchanged,
            "refused": [refusal.as_json() for refusal in self.refused],
            "warnings": list(self.warnings),
        }


def import_registrations(
    database: Database,
    who: int | str,
    now: datetime,
    content: bytes | Path,
    year: int,
    *,
    dry_run: bool = False,
    partial: bool = False,
    draft: bool = False,
    strict: bool = False,
    progress: Progress | None = None,
    sample: bool = False,
) -> ImportOutcome:
    """Import a list of registrations of one programme year as somebody who may submit on behalf of its units.

    content: the bytes of an xlsx file, or its path. dry_run: keep nothing. partial: keep the good rows although others
    are refused. draft: leave drafts instead of submitting. strict: refuse rows in which an item of the form is missing instead
    of waiving it. progress: called with steps done and in all, two for each row (compared, kept).
    sample: invented data, and the history says so.
    Raises WorkbookRefused when the file cannot be used at all, NotAllowed when the person may register for nobody.
    """
    with database.read() as connection:
        table = _read(connection, content, year)
    with database.write() as connection:
        task = _Import(connection, who, now, table, year, draft=draft, strict=strict, progress=progress, sample=sample)
        return task.kept(dry_run=dry_run, partial=partial)


def import_list(
    connection: Connection, who: int | str, now: datetime, content: bytes | Path, year: int, *, sample: bool = False
) -> ImportOutcome:
    """The same, all or nothing, within the caller's writing transaction."""
    table = _read(connection, content, year)
    task = _Import(connection, who, now, table, year, draft=False, strict=False, progress=None, sample=sample)
    return task.kept(dry_run=False, partial=False)


@dataclass(frozen=True, slots=True)
class _Table:
    """What the file holds, and the columns that the year looks for in it."""

    sheet: Sheet
    columns: Mapping[str, Column]


def _read(connection: Connection, content: bytes | Path, year: int) -> _Table:
    columns = columns_of(connection, programme.year(connection, year).id)
    sheet = read_sheet(content, wanted=headings(columns))
    require_columns(sheet, columns)
    return _Table(sheet, columns)


class _Import:
    """One import inside its transaction."""

    def __init__(
        self,
        connection: Connection,
        who: int | str,
        now: datetime,
        table: _Table,
        year: int,
        *,
        draft: bool,
        strict: bool,
        progress: Progress | None,
        sample: bool,
    ) -> None:
        self._connection = connection
        self._sheet = table.sheet
        self._columns = table.columns
        self._now = now
        self._draft = draft
        self._strict = strict
        self._progress = progress
        self._sample = sample
        self._actor = access.actor(connection, who, now)
        self._year = programme.year(connection, year)
        self._scope = _scope(connection, self._actor, self._year)
        self._refused: list[RowRefusal] = []
        self._warnings: list[str] = list(table.sheet.warnings)
        self._unchanged = 0

    def kept(self, *, dry_run: bool, partial: bool) -> ImportOutcome:
        """Import and keep it, or say what would be kept and leave nothing behind."""
        # A savepoint, because the transaction itself belongs to the caller and ends with a commit.
        savepoint = self._connection.begin_nested()
        try:
            outcome = self._run(partial)
        except BaseException:
            savepoint.rollback()
            raise
        if dry_run or (outcome.refused and not partial):
            savepoint.rollback()
        else:
            savepoint.commit()
        return outcome

    def _run(self, partial: bool) -> ImportOutcome:
        """Check every row, then create those that are new, unless one is refused and all must be good."""
        if unread := unread_columns(self._sheet):
            self._warnings.append(_("Các cột không được đọc: %(unread)s.", unread=", ".join(unread)))
        if not self._sheet.rows:
            self._warnings.append(_("Tệp chưa có dòng nào dưới tiêu đề. Hãy điền danh sách rồi nhập lại."))
        fresh = self._new(self._checked())
        self._warnings.extend(self._taken_for_one(fresh))
        self._warnings.extend(self._similar(fresh))
        codes: list[str] = []
        if partial or not self._refused:
            codes = self._create(fresh)
        if self._refused and not partial:
            codes = []
        self._refused.sort(key=lambda refusal: refusal.row)
        return ImportOutcome(
            rows=len(self._sheet.rows),
            created=len(codes),
            unchanged=self._unchanged,
            refused=tuple(self._refused),
            warnings=tuple(self._warnings),
            codes=tuple(codes),
        )

    def _checked(self) -> list[tuple[Candidate, Checked]]:
        """The rows that can be kept; everything else is refused with a sentence for each fault."""
        names = UnitNames(self._connection.execute(sa.select(unit).where(self._scope)), local_date(self._now))
        candidates: list[Candidate] = []
        for row in self._sheet.rows:
            read = candidate(self._sheet, row, self._columns, names, strict=self._strict)
            if isinstance(read, Candidate):
                candidates.append(read)
            else:
                self._refused.extend(read)
        self._warnings += _mended_phones(candidates)
        for written, name in names.read_as.items():
            self._warnings.append(
                _("«%(written)s» được hiểu là «%(name)s». Nếu sai, hãy ghi mã đơn vị.", written=written, name=name)
            )
        drafts = [read.draft for read in candidates]
        desk = Desk(self._connection, self._actor, self._year, drafts, local_date(self._now))
        self._namesakes = desk.namesakes
        checked, problems = check_list(desk, drafts)
        for position, sentences in problems.items():
            self._refused.extend(candidates[position].refusal(key, text) for key, text in sentences.items())
        good = (read for position, read in enumerate(candidates) if position not in problems)
        return list(zip(good, checked, strict=True))

    def _new(self, rows: Sequence[tuple[Candidate, Checked]]) -> list[tuple[Candidate, Checked]]:
        """Rows that are not in the database yet and not twice in the file."""
        there = self._there({checked.unit.id for _, checked in rows})
        seen: dict[tuple[Any, ...], int] = {}
        fresh: list[tuple[Candidate, Checked]] = []
        drafts = 0
        for read, checked in rows:
            key = _identity(checked)
            if key in seen:
                self._refused.append(
                    read.refusal(
                        "name",
                        _(
                            "Trùng với dòng %(key)s: cùng đơn vị, người đăng ký và tên mô hình. Hãy bỏ một dòng.",
                            key=seen[key],
                        ),
                    )
                )
                continue
            seen[key] = read.row
            if key in there:
                self._unchanged += 1
                drafts += not there[key]
            else:
                fresh.append((read, checked))
        if drafts and not self._draft:
            self._warnings.append(
                _(
                    "%(drafts)s dòng đã có dưới dạng bản nháp và được giữ nguyên. Hãy gửi các bản nháp đó.",
                    drafts=drafts,
                )
            )
        return fresh

    def _there(self, unit_ids: set[int]) -> dict[tuple[Any, ...], bool]:
        """What identifies the registrations of these units and this year, and whether each was submitted."""
        statement = (
            sa.select(
                emulation_model.c.unit_id,
                person.c.name_identity.label("person"),
                person.c.distinguisher,
                emulation_model.c.name_identity,
                emulation_model.c.submitted_at,
            )
            .outerjoin(person, person.c.id == emulation_model.c.person_id)
            .where(
                emulation_model.c.year_id == self._year.id,
                any_of(emulation_model.c.unit_id, sorted(unit_ids)),
            )
        )
        return {
            (
                row.unit_id,
                None if row.person is None else (row.person, identity(row.distinguisher)),
                row.name_identity,
            ): row.submitted_at is not None
            for row in self._connection.execute(statement)
        }

    def _taken_for_one(self, fresh: Sequence[tuple[Candidate, Checked]]) -> list[str]:
        """Sentences about people who are taken for one by their name alone: in several rows, or known at their unit."""
        rows: dict[tuple[int, tuple[str, str]], list[tuple[int, Checked, Person]]] = {}
        for read, checked in fresh:
            someone = checked.person
            if someone is not None and not someone.distinguisher:
                rows.setdefault((checked.unit.id, someone.identity), []).append((read.row, checked, someone))
        doubled, known = [], []
        for same in rows.values():
            row, checked, someone = same[0]
            numbers = ", ".join(str(number) for number, _, _ in same)
            if there := self._namesakes.of(checked.unit.id, someone):
                known.append(
                    _("%(name)s (dòng %(rows)s; %(code)s)", name=someone.full_name, rows=row, code=there[0].code)
                )
            if len(same) > 1:
                doubled.append(_("%(name)s (dòng %(rows)s)", name=someone.full_name, rows=numbers))
        sentences = []
        if doubled:
            sentences.append(
                _(
                    "%(count)s người có nhiều dòng, mỗi tên được coi là một người: %(listed)s. Nếu là hai người trùng"
                    " tên, hãy điền cột «%(column)s».",
                    count=len(doubled),
                    listed=_first(doubled),
                    column=self._columns["person_distinguisher"].title,
                )
            )
        if known:
            sentences.append(
                _(
                    "%(count)s người được coi là người đã đăng ký ở đơn vị: %(listed)s. Nếu là người khác trùng tên,"
                    " hãy điền cột «%(column)s».",
                    count=len(known),
                    listed=_first(known),
                    column=self._columns["person_distinguisher"].title,
                )
            )
        return sentences

    def _similar(self, fresh: Sequence[tuple[Candidate, Checked]]) -> list[str]:
        """A sentence for each new row whose name is like, but not the same as, an earlier row's or a model's in scope."""
        statement = (
            sa.select(emulation_model.c.code, emulation_model.c.name)
            .join(unit, unit.c.id == emulation_model.c.unit_id)
            .where(emulation_model.c.year_id == self._year.id, emulation_model.c.submitted_at.is_not(None), self._scope)
        )
        stored = [((_STORED, row.code), row.name) for row in self._connection.execute(statement)]
        index = NameIndex([*stored, *(((_IN_FILE, read.row), checked.name) for read, checked in fresh)])
        sentences: list[str] = []
        for position, (read, checked) in enumerate(fresh):
            if position % _AT_ONCE == 0:
                self._tell(position)
            for hit in index.similar(checked.name, but=(_IN_FILE, read.row)):
                kind, key = hit.key
                if identity(hit.name) == identity(checked.name) or (kind == _IN_FILE and key > read.row):
                    continue
                where = _("dòng %(key)s", key=key) if kind == _IN_FILE else _("mô hình %(key)s", key=key)
                sentences.append(
                    _(
                        "Dòng %(row)s: tên gần giống %(where)s «%(name)s» (%(score)s%%). Nếu là một mô hình, hãy bỏ một.",
                        row=read.row,
                        where=where,
                        name=shorten(hit.name, 100),
                        score=hit.score,
                    )
                )
                break
            if len(sentences) == _SIMILAR_SHOWN and read is not fresh[-1][0]:
                sentences.append(
                    _(
                        "Chỉ nêu %(similar_shown)s tên gần giống đầu tiên; các dòng sau dòng %(row)s chưa được so.",
                        similar_shown=_SIMILAR_SHOWN,
                        row=read.row,
                    )
                )
                break
        return sentences

    def _create(self, fresh: Sequence[tuple[Candidate, Checked]]) -> list[str]:
        """Create and submit; the submitting goes by so many at a time that progress can be shown. Returns the codes."""
        self._tell(len(self._sheet.rows))
        drafts = [read.draft for read, _ in fresh]
        codes = registration.create_drafts(
            self._connection, self._actor.account_id, self._now, self._year.year, drafts, sample=self._sample
        )
        if not self._draft:
            self._submit(codes)
        self._tell(2 * len(self._sheet.rows))
        return codes

    def _submit(self, codes: Sequence[str]) -> None:
        warnings: Counter[str] = Counter()
        for start in range(0, len(codes), _AT_ONCE):
            chunk = codes[start : start + _AT_ONCE]
            for outcome in transition.apply_many(self._connection, self._actor.account_id, self._now, chunk, SUBMIT):
                if outcome.refusal is not None:
                    # Whoever may import may submit, so this is a definition that asks more than an import knows to give.
                    raise outcome.refusal
                if outcome.applied is not None:
                    warnings.update(outcome.applied.warnings)
            self._tell(len(self._sheet.rows) + start + len(chunk))
        self._warnings.extend(
            _("%(models)s dòng: %(sentence)s", models=models, sentence=sentence)
            for sentence, models in warnings.items()
        )

    def _tell(self, done: int) -> None:
        if self._progress is not None:
            self._progress(done, 2 * len(self._sheet.rows))


def _mended_phones(candidates: Sequence[Candidate]) -> list[str]:
    mended = [read for read in candidates if read.phone_mended]
    if not mended:
        return []
    first = mended[0]
    return [
        _(
            "Số điện thoại lưu dạng số nên mất số 0 ở đầu; đã thêm lại ở dòng %(rows)s (%(before)s đọc là %(after)s)."
            " Hãy xem lại.",
            rows=spans([read.row for read in mended]),
            before=first.values["phone"],
            after=first.draft.phone,
        )
    ]


def _first(listed: Sequence[str], most: int = 10) -> str:
    return "; ".join(listed[:most]) + ("; …" if len(listed) > most else "")


def _scope(connection: Connection, actor: Actor, year: Year) -> sa.ColumnElement[bool]:
    """A condition on `unit`: those for which the person may submit, for themselves or on behalf, by the year's own definition."""
    definition = store.definition(connection, year.definition_hash)
    roles = roles_of(definition, SUBMIT) | roles_of(definition, SUBMIT, on_behalf=True)
    grants = [grant for grant in actor.grants if grant.role in roles]
    if not grants:
        listed = ", ".join(definition.roles[role].label for role in sorted(roles))
        raise NotAllowed(
            _("Bạn không có quyền nhập danh sách đăng ký. Việc này dành cho: %(listed)s.", listed=listed), guard="role"
        )
    own = [grant.unit_id for grant in grants if grant.role in access.OWN_SCOPED]
    wide = access.outermost(grant.unit_path for grant in grants if grant.role not in access.OWN_SCOPED)
    return sa.or_(unit.c.id.in_(own), *(access.under(path) for path in wide))


def _identity(checked: Checked) -> tuple[Any, ...]:
    return (checked.unit.id, checked.person and checked.person.identity, identity(checked.name)[:LONGEST_NAME])
