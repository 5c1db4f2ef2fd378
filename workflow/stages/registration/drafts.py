"""A registration form as somebody filled it in, and what of it can be used: every field cleaned, checked and looked up.

Nothing here writes. One `Desk` reads all that is needed to check any number of forms in a handful of statements.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as with_default
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access
from workflow.core.access import Actor
from workflow.core.lifecycles import store
from workflow.core.lifecycles.terms import Definition
from workflow.core.programmes import stored
from workflow.core.programmes.year import Year
from workflow.ground.reading.text import clean, shorten
from workflow.ground.refusals import InvalidInput, NotAllowed
from workflow.ground.schema import ITEMS, account, emulation_model, programme_year, unit
from workflow.ground.speech import _, mark
from workflow.stages.registration.model_quantities import Measures, ModelQuantity, QuantityInput
from workflow.stages.registration.namesakes import LONGEST_PERSON, Namesakes, Person, Said
from workflow.stages.registration.registrant import SUBMIT, Standing, standing

_KINDS = ("collective", "individual")
_ORIGINS = ("new", "continued", "replicated")
_LINES: Final = {
    "person_distinguisher": (mark("Phần phân biệt người trùng tên"), 60),
    "representative": (mark("Người đại diện"), 120),
    "representative_position": (mark("Chức vụ"), 120),
}
_PHONE = re.compile(r"\+?[0-9(][0-9 ().-]{6,28}")


@dataclass(frozen=True, slots=True)
class Draft:
    """One registration form as typed.

    unit: code. kind: 'collective' or 'individual'. field: any of its names. person: full name, of an individual model only;
    person_account: their user name, if they sign in. origin_model: code of the model continued or replicated. waived: items that
    an office's own list did not ask for. public: the registrant agrees that everybody may read about it once it is recognised.
    same_person: they are the person of this name whom the unit knows; else a form without `person_distinguisher` is asked.
    """

    unit: str
    kind: str
    field: str
    name: str
    person: str = ""
    person_distinguisher: str = ""
    items: Mapping[str, str] = with_default(default_factory=dict)
    representative: str = ""
    representative_position: str = ""
    phone: str = ""
    origin: str = "new"
    origin_model: str = ""
    targets: Sequence[QuantityInput] = ()
    waived: Sequence[str] = ()
    person_account: str = ""
    public: bool = False
    same_person: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """A form that can be kept."""

    unit: sa.Row[Any]
    standing: Standing
    field_id: int
    kind: str
    name: str
    person: Person | None
    origin: str
    origin_model_id: int | None
    form: dict[str, Any]
    targets: tuple[ModelQuantity, ...]
    public: bool

    @property
    def registrant(self) -> str:
        """Who registers, for the history."""
        return self.person.known_as if self.person else str(self.unit.name)


def check_name(written: str, longest: int) -> tuple[str, str | None]:
    """The name of a model as it is kept, and a sentence if it cannot be. longest: what its year allows."""
    name = clean(written)
    if not any(character.isalpha() for character in name):
        return name, _("Hãy nhập tên mô hình, bằng chữ.")
    if len(name) > longest:
        return name, _(
            "Tên mô hình dài %(count)s ký tự, tối đa %(longest_name)s. Hãy rút gọn.",
            count=len(name),
            longest_name=longest,
        )
    return name, None


class Desk:
    """Everything against which the forms of one person and one year are checked."""

    def __init__(self, connection: Connection, actor: Actor, year: Year, drafts: Sequence[Draft], today: date) -> None:
        self._actor = actor
        self.year = year
        self._today = today
        self.definition: Definition = store.definition(connection, year.definition_hash)
        self._fields = stored.field_names(connection, year.id)
        self._measures = Measures.of_year(connection, year.id)
        self._items = stored.items(connection, year.id)
        codes = _distinct(draft.unit for draft in drafts)
        self._units = {row.code: row for row in connection.execute(sa.select(unit).where(unit.c.code.in_(codes)))}
        self._accounts = self._read_accounts(connection, drafts)
        self._origins = self._read_origins(connection, drafts)
        individuals = _distinct(clean(draft.person) for draft in drafts if draft.kind == "individual")
        self.namesakes = Namesakes(connection, [row.id for row in self._units.values()], individuals)

    def check(self, draft: Draft, *, prefer_behalf: bool, of_list: bool, itself: sa.Row[Any] | None = None) -> Checked:
        """The form ready to be kept. Raises InvalidInput with a sentence per field; NotAllowed outside the person's scope.

        of_list: the bare list of an office; a registrant filling in the form themselves may leave nothing out for good.
        itself: the model that is edited.
        """
        problems: dict[str, str] = {}
        place, held = self._unit(draft, prefer_behalf, problems)
        name, problem = check_name(draft.name, self._items["name"].max_length)
        if problem:
            problems["name"] = problem
        the_field = self._fields.find(draft.field)
        if isinstance(the_field, str):
            problems["field"] = the_field
        person = self._person(draft, place, problems)
        if person is not None and place is not None and not problems:
            person = self._meant(draft, person, place, of_list, itself, problems)
        form = self._form(draft, problems)
        form["waived"] = self._waived(draft, form, of_list or (held is not None and held.on_behalf), problems)
        origin_id = self._origin(draft, itself.id if itself is not None else None, problems)
        targets, of_targets = self._measures.read(draft.targets, "targets")
        problems |= of_targets
        if problems or place is None or held is None or isinstance(the_field, str):
            raise InvalidInput(problems)
        return Checked(
            unit=place,
            standing=held,
            field_id=the_field.id,
            kind=draft.kind,
            name=name,
            person=person,
            origin=draft.origin,
            origin_model_id=origin_id,
            form=form,
            targets=tuple(targets),
            public=draft.public,
        )

    def _unit(
        self, draft: Draft, prefer_behalf: bool, problems: dict[str, str]
    ) -> tuple[sa.Row[Any] | None, Standing | None]:
        place = self._units.get(draft.unit)
        shown = shorten(clean(draft.unit[:500]), 40)
        if place is None or not self._actor.roles_over(place.path):
            # A unit that exists elsewhere and one that does not exist look the same.
            problems["unit"] = (
                _("Không có đơn vị mã «%(shown)s» trong phạm vi của bạn.", shown=shown)
                if shown
                else _("Hãy chọn đơn vị.")
            )
            return None, None
        if (place.valid_to is not None and place.valid_to < self._today) or (
            place.valid_from is not None and place.valid_from > self._today
        ):
            problems["unit"] = _(
                "Đơn vị «%(name)s» không còn (hoặc chưa) hoạt động. Hãy chọn đơn vị kế thừa.", name=place.name
            )
        held = standing(
            self.definition, self._actor, SUBMIT, place.path, to=_("lập phiếu đăng ký"), prefer_behalf=prefer_behalf
        )
        return place, held

    def _person(self, draft: Draft, place: sa.Row[Any] | None, problems: dict[str, str]) -> Person | None:
        if draft.kind not in _KINDS:
            problems["kind"] = _("Hãy chọn loại: tập thể hoặc cá nhân.")
            return None
        full_name = clean(draft.person)
        if draft.kind == "collective":
            if full_name or draft.person_account.strip():
                problems["person"] = _(
                    "Mô hình tập thể do đơn vị đăng ký: để trống ô này, hoặc ghi người đó là người đại diện."
                )
            return None
        if not any(character.isalpha() for character in full_name):
            problems["person"] = _("Hãy nhập họ và tên người đăng ký.")
        elif len(full_name) > LONGEST_PERSON:
            problems["person"] = _(
                "Họ và tên dài %(count)s ký tự, tối đa %(longest_person)s. Hãy kiểm tra lại.",
                count=len(full_name),
                longest_person=LONGEST_PERSON,
            )
        account_id = None
        if draft.person_account.strip():
            known = self._accounts.get(draft.person_account)
            if known is None or place is None or known.unit_id != place.id:
                problems["person_account"] = _(
                    "Đơn vị không có tài khoản «%(clean)s». Hãy kiểm tra tên đăng nhập.",
                    clean=shorten(clean(draft.person_account[:500]), 40),
                )
            else:
                account_id = int(known.id)
        # The same limit as `_form` checks and reports; here it only keeps the value usable until then.
        distinguisher = clean(draft.person_distinguisher)[:60]
        return Person(full_name, distinguisher, account_id)

    def _meant(
        self,
        draft: Draft,
        someone: Person,
        place: sa.Row[Any],
        of_list: bool,
        itself: sa.Row[Any] | None,
        problems: dict[str, str],
    ) -> Person:
        """The person as the unit knows them; asks where the name alone can mean two."""
        origin = self._origins.get(draft.origin_model.strip()) if draft.origin == "continued" else None
        said = Said(
            same=draft.same_person,
            of_list=of_list,
            present=itself.person_id if itself is not None else None,
            people=() if origin is None else (origin.person_id,),
            accounts=(self._actor.account_id, someone.account_id),
        )
        meant = self.namesakes.meant(someone, place, said)
        if isinstance(meant, Person):
            return meant
        problems["person_distinguisher"] = meant
        return someone

    def _form(self, draft: Draft, problems: dict[str, str]) -> dict[str, Any]:
        form: dict[str, Any] = {}
        for unknown in draft.items.keys() - set(ITEMS):
            problems[unknown] = _("Phiếu đăng ký không có mục «%(clean)s».", clean=shorten(clean(unknown[:500]), 40))
        for item in ITEMS:
            form[item] = clean(draft.items.get(item, ""), multiline=True)
            limit = self._items[item].max_length
            if len(form[item]) > limit:
                problems[item] = _(
                    "«%(label)s» dài %(count)s ký tự, tối đa %(limit)s. Hãy rút gọn, phần còn lại đính kèm thành tệp.",
                    label=_(self._items[item].label),
                    count=len(form[item]),
                    limit=limit,
                )
        for name, (label, limit) in _LINES.items():
            value = clean(getattr(draft, name))
            if len(value) > limit:
                problems[name] = _(
                    "«%(label)s» dài %(count)s ký tự, tối đa %(limit)s. Hãy rút gọn.",
                    label=_(label),
                    count=len(value),
                    limit=limit,
                )
            if name != "person_distinguisher":
                form[name] = value
        form["phone"] = clean(draft.phone)
        if form["phone"] and not _PHONE.fullmatch(form["phone"]):
            problems["phone"] = _("Số điện thoại chỉ gồm chữ số, từ 7 đến 15 số. Ví dụ: 0912 345 678.")
        return form

    def _waived(self, draft: Draft, form: Mapping[str, Any], may: bool, problems: dict[str, str]) -> list[str]:
        unknown = set(draft.waived) - set(ITEMS)
        if unknown:
            problems["waived"] = _(
                "Phiếu đăng ký không có mục «%(clean)s».", clean=shorten(clean(min(unknown)[:500]), 40)
            )
        elif draft.waived and not may:
            problems["waived"] = _("Bạn không được bỏ qua mục nào của phiếu. Hãy điền đủ các mục.")
        return [item for item in ITEMS if item in draft.waived and not form[item]]

    def _origin(self, draft: Draft, itself: int | None, problems: dict[str, str]) -> int | None:
        if draft.origin not in _ORIGINS:
            problems["origin"] = _("Hãy chọn: mô hình mới, tiếp tục từ năm trước, hoặc nhân rộng.")
            return None
        code = draft.origin_model.strip()
        if not code:
            return None
        if draft.origin == "new":
            problems["origin_model"] = _(
                "Mô hình mới thì không có mô hình gốc. Hãy để trống, hoặc chọn tiếp tục, nhân rộng."
            )
            return None
        row = self._origins.get(code)
        if row is None or row.id == itself:
            problems["origin_model"] = _(
                "Không tìm thấy mô hình gốc mã «%(clean)s».", clean=shorten(clean(code[:500]), 40)
            )
        elif draft.origin == "continued" and row.year >= self.year.year:
            problems["origin_model"] = _(
                "Mô hình %(code)s thuộc năm %(year)s; chỉ tiếp tục được mô hình của năm trước.",
                code=row.code,
                year=row.year,
            )
        elif draft.origin == "replicated" and row.recognised_at is None:
            problems["origin_model"] = _("Mô hình %(code)s chưa được công nhận nên chưa thể nhân rộng.", code=row.code)
        else:
            return int(row.id)
        return None

    def _read_accounts(self, connection: Connection, drafts: Sequence[Draft]) -> dict[str, sa.Row[Any]]:
        names = _distinct(draft.person_account for draft in drafts if draft.person_account.strip())
        if not names:
            return {}
        statement = sa.select(account.c.id, account.c.user_name, account.c.unit_id).where(
            account.c.user_name.in_(names)
        )
        rows: Iterable[sa.Row[Any]] = connection.execute(statement)
        return {row.user_name: row for row in rows}

    def _read_origins(self, connection: Connection, drafts: Sequence[Draft]) -> dict[str, sa.Row[Any]]:
        codes = _distinct(draft.origin_model.strip() for draft in drafts if draft.origin_model.strip())
        if not codes:
            return {}
        statement = (
            sa.select(
                emulation_model.c.id,
                emulation_model.c.code,
                emulation_model.c.recognised_at,
                emulation_model.c.person_id,
                programme_year.c.year,
            )
            .join(programme_year, programme_year.c.id == emulation_model.c.year_id)
            .join(unit, unit.c.id == emulation_model.c.unit_id)
            .where(emulation_model.c.code.in_(codes))
            # What was recognised may be followed by everybody; the rest only by those who see it.
            .where(sa.or_(emulation_model.c.recognised_at.is_not(None), access.visible(self._actor)))
        )
        rows: Iterable[sa.Row[Any]] = connection.execute(statement)
        return {row.code: row for row in rows}


def check_list(desk: Desk, drafts: Sequence[Draft]) -> tuple[list[Checked], dict[int, dict[str, str]]]:
    """The forms of an office's list: those that can be kept, and per position of the others a sentence per field."""
    checked: list[Checked] = []
    refused: dict[int, dict[str, str]] = {}
    for position, draft in enumerate(drafts):
        try:
            checked.append(desk.check(draft, prefer_behalf=True, of_list=True))
        except InvalidInput as refusal:
            refused[position] = refusal.problems
        except NotAllowed as refusal:
            refused[position] = {"unit": refusal.message}
    return checked, refused


def _distinct(values: Iterable[str]) -> list[str]:
    """Different texts that a database can take as a parameter: PostgreSQL has no NUL and no lone surrogates."""
    return [value for value in dict.fromkeys(values) if len(value) <= 200 and value.isprintable()]
