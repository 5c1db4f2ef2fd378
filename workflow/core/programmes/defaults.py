"""Reads what a new programme year starts with from a TOML file, and names every fault by file and key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import cast, get_args

from config import definitions
from workflow.core.labels import RECIPIENTS, UNIT_KINDS
from workflow.core.lifecycles import parsing
from workflow.core.programmes.report_sections import every_section
from workflow.core.programmes.terms import (
    FULL_SCORE,
    ITEM_IDS,
    LONGEST_ITEM,
    LONGEST_NAME,
    BandDefault,
    CriterionDefault,
    DayOfYear,
    FieldDefault,
    ItemDefault,
    LifecyclePeriod,
    MeasureDefault,
    Numbering,
    ObligationDefault,
    ObligationKind,
    OwedBy,
    ProgrammeDefaults,
    ReminderStepDefault,
    ReviewDefault,
    WindowDefault,
)
from workflow.ground.data_files import DataFileInvalid, Table, parse_toml
from workflow.ground.reading.names import name_key
from workflow.ground.speech import Spoken, _, _l

# Days before the due date at which a report is called for; default of ours.
_OPENS_DAYS = 21
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_FRACTION = re.compile(r"([1-9]\d{0,2})/([1-9]\d{0,2})")


class ProgrammeInvalid(DataFileInvalid):
    """The defaults of a programme year cannot be used."""


@cache
def standard_defaults() -> ProgrammeDefaults:
    """The defaults that come with the program."""
    return load_defaults(definitions.programme_text(), definitions.PROGRAMME_FILE)


def load_defaults(text: str, origin: str) -> ProgrammeDefaults:
    """The defaults in a TOML text; raises ProgrammeInvalid with every problem, each naming file and key."""
    content, problems = parse_toml(text, origin)
    if problems:
        raise ProgrammeInvalid(problems)
    root = Table(content, origin, "", problems)
    inspection = root.table("inspection")
    min_inspectors = inspection.integer("min_inspectors", low=1, high=20) or 0
    inspection.close()
    returned = root.table("returned")
    days_to_mend = returned.integer("days_to_mend", low=1, high=90) or 0
    returned.close()
    defaults = ProgrammeDefaults(
        fields=_fields(root),
        criteria=_criteria(root),
        bands=_bands(root),
        measures=_measures(root),
        review=_review(root),
        min_inspectors=min_inspectors,
        days_to_mend=days_to_mend,
        numbering=cast(Numbering, root.name("numbering", _("cách đánh số"), get_args(Numbering))),
        window=_window(root),
        items=_items(root),
        obligations=_obligations(root),
        reminder_steps=_reminder_steps(root),
        lifecycles=_lifecycles(root),
    )
    root.close()
    if problems:
        raise ProgrammeInvalid(problems)
    return defaults


class _Distinct:
    """Remembers which key used a name first, so that the message about a second use can name it."""

    def __init__(self) -> None:
        self._first: dict[str, tuple[object, str]] = {}

    def add(self, table: Table, key: str, name: str, owner: object) -> None:
        """`owner` may use one name twice (a label repeated as an alias); two owners may not share one."""
        key_of_name = name_key(name)
        if not key_of_name:
            return
        first_owner, first = self._first.setdefault(key_of_name, (owner, table.at(key)))
        if first_owner != owner:
            table.problem(
                key,
                _(
                    "“%(name)s” trùng với %(first)s (không phân biệt hoa thường); hãy bỏ một trong hai",
                    name=name,
                    first=first,
                ),
            )


def _code(table: Table, taken: set[str], key: str = "code") -> str:
    code = table.text(key)
    if code and not _CODE.fullmatch(code):
        table.problem(
            key, _("mã “%(code)s” chỉ được gồm chữ thường không dấu, chữ số và dấu _, tối đa 40 ký tự", code=code)
        )
    if code in taken:
        table.problem(key, _("mã “%(code)s” đã dùng ở trên; hãy đặt mã khác", code=code))
    taken.add(code)
    return code


def _labels(table: Table) -> tuple[str, str]:
    return table.text("label"), table.text("label_en")


def _fields(root: Table) -> tuple[FieldDefault, ...]:
    found, codes, names = [], set[str](), _Distinct()
    for number, table in enumerate(root.tables("fields")):
        new = FieldDefault(
            _code(table, codes), *_labels(table), table.texts("aliases", ()), table.texts("keywords", ())
        )
        names.add(table, "code", new.code, number)
        names.add(table, "label", new.label, number)
        for index, alias in enumerate(new.aliases):
            names.add(table, f"aliases[{index}]", alias, number)
        table.close()
        found.append(new)
    return tuple(found)


def _criteria(root: Table) -> tuple[CriterionDefault, ...]:
    found, codes = [], set[str]()
    for table in root.tables("criteria"):
        code, (label, label_en) = _code(table, codes), _labels(table)
        points = table.integer("max_points", low=1, high=FULL_SCORE) or 0
        found.append(CriterionDefault(code, label, label_en, points, table.text("guidance", "")))
        table.close()
    total = sum(criterion.max_points for criterion in found)
    if found and total != FULL_SCORE:
        sums = " + ".join(str(criterion.max_points) for criterion in found)
        root.problem(
            "criteria",
            _(
                "tổng điểm tối đa phải bằng 100, đang là %(sums)s = %(total)s; hãy sửa max_points",
                sums=sums,
                total=total,
            ),
        )
    return tuple(found)


def _bands(root: Table) -> tuple[BandDefault, ...]:
    found: list[tuple[int, BandDefault]] = []
    codes: set[str] = set()
    for number, table in enumerate(root.tables("bands")):
        code, (label, label_en) = _code(table, codes), _labels(table)
        low = table.integer("from_points", low=0, high=FULL_SCORE) or 0
        below = table.integer("below_points", low=1, high=FULL_SCORE, default=None)
        if below is not None and below <= low:
            table.problem("below_points", _("phải lớn hơn from_points (%(low)s)", low=low))
        found.append((number, BandDefault(code, label, label_en, low, below)))
        table.close()
    ordered = sorted(found, key=lambda entry: -entry[1].from_points)
    if ordered and ordered[-1][1].from_points != 0:
        root.problem(
            "bands",
            _(
                "không hạng nào nhận điểm dưới %(from_points)s; hạng thấp nhất phải từ 0",
                from_points=ordered[-1][1].from_points,
            ),
        )
    above: BandDefault | None = None
    for number, band in ordered:
        key = f"bands[{number}].below_points"
        expected = above.from_points if above else None
        if above and band.from_points == above.from_points:
            root.problem(
                f"bands[{number}].from_points",
                _("hạng “%(label)s” trùng điểm với hạng “%(label_2)s”", label=band.label, label_2=above.label),
            )
        elif band.below_points != expected:
            if above is None:
                root.problem(
                    key, _("hạng cao nhất “%(label)s” phải tới hết 100 điểm; hãy bỏ below_points", label=band.label)
                )
            else:
                overlaps = band.below_points is None or band.below_points > above.from_points
                fault = _("chồng lên") if overlaps else _("còn hở tới")
                root.problem(
                    key,
                    _(
                        "hạng “%(label)s” %(fault)s hạng “%(label_2)s”; hãy ghi below_points = %(expected)s",
                        label=band.label,
                        fault=fault,
                        label_2=above.label,
                        expected=expected,
                    ),
                )
        above = band
    return tuple(band for _, band in ordered)


def _measures(root: Table) -> tuple[MeasureDefault, ...]:
    found, codes, names, units = [], set[str](), _Distinct(), _Distinct()
    for number, table in enumerate(root.tables("measures")):
        code, (label, label_en), unit = _code(table, codes), _labels(table), table.text("unit")
        aliases, unit_aliases = table.texts("aliases", ()), table.texts("unit_aliases", ())
        highest = table.integer("outlier_above", low=1, high=10**15, default=None)
        for key, name in (
            ("code", code),
            ("label", label),
            *((f"aliases[{i}]", a) for i, a in enumerate(aliases)),
        ):
            names.add(table, key, name, number)
        # Two measures may share a unit, but one spelling must not mean two units.
        for key, name in (("unit", unit), *((f"unit_aliases[{i}]", a) for i, a in enumerate(unit_aliases))):
            units.add(table, key, name, unit)
        found.append(
            MeasureDefault(
                code,
                label,
                label_en,
                unit,
                aliases,
                unit_aliases,
                Decimal(highest) if highest is not None else None,
            )
        )
        table.close()
    return tuple(found)


def _review(root: Table) -> ReviewDefault:
    table = root.table("review")
    review = ReviewDefault(_share(table, "quorum", below_one=False), _share(table, "threshold", below_one=True))
    table.close()
    return review


def _share(table: Table, key: str, *, below_one: bool) -> Fraction:
    """A fraction written as "2/3". A threshold must be exceeded, so the whole cannot be one."""
    written = table.text(key)
    match = _FRACTION.fullmatch(written)
    share = Fraction(int(match[1]), int(match[2])) if match else None
    if share is None or share > 1 or (below_one and share == 1):
        if written:
            limit = _("nhỏ hơn 1") if below_one else _("không quá 1")
            table.problem(
                key, _("“%(written)s” không phải phân số %(limit)s; hãy viết như “2/3”", written=written, limit=limit)
            )
        return Fraction(1, 2)
    return share


def _day_of_year(table: Table, key: str) -> DayOfYear:
    inner = table.table(key)
    month, day = inner.integer("month", low=1, high=12), inner.integer("day", low=1, high=31)
    inner.close()
    if month is None or day is None:
        return DayOfYear(1, 1)
    try:
        # A day that exists only in leap years would move every fourth year.
        date(2023, month, day)
    except ValueError:
        table.problem(key, _("không có ngày %(day)s/%(month)s trong mọi năm; hãy chọn ngày khác", day=day, month=month))
        return DayOfYear(1, 1)
    return DayOfYear(month, day)


def _window(root: Table) -> WindowDefault:
    table = root.table("window")
    window = WindowDefault(_day_of_year(table, "opens"), _day_of_year(table, "closes"))
    if (window.closing.month, window.closing.day) < (window.opening.month, window.opening.day):
        table.problem("closes", _("ngày đóng đăng ký phải sau ngày mở"))
    table.close()
    return window


def _items(root: Table) -> tuple[ItemDefault, ...]:
    found: list[ItemDefault] = []
    for table in root.tables("items"):
        item_id = table.name("id", _("mục"), ITEM_IDS)
        if any(item.id == item_id for item in found):
            table.problem("id", _("mục “%(item_id)s” đã có ở trên; hãy bỏ bớt một", item_id=item_id))
        label, label_en = _labels(table)
        most = LONGEST_NAME if item_id == "name" else LONGEST_ITEM
        length = table.integer("max_length", low=1, high=most) or 0
        found.append(
            ItemDefault(item_id, label, label_en, table.text("guidance"), length, table.text("good"), table.text("bad"))
        )
        table.close()
    missing = [item_id for item_id in ITEM_IDS if item_id not in {item.id for item in found}]
    if found and missing:
        root.problem("items", _("phiếu đăng ký phải đủ chín mục; còn thiếu: %(missing)s", missing=", ".join(missing)))
    return tuple(found)


def _obligations(root: Table) -> tuple[ObligationDefault, ...]:
    found, codes = [], set[str]()
    for table in root.tables("obligations", required=False):
        code = _code(table, codes)
        kind = cast(ObligationKind, table.name("kind", _("loại báo cáo"), get_args(ObligationKind)))
        new = ObligationDefault(
            code,
            kind,
            *_labels(table),
            _day_of_year(table, "due"),
            _day_of_year(table, "first"),
            _day_of_year(table, "last"),
            table.integer("opens_days", low=0, high=366, default=_OPENS_DAYS) or 0,
            _owed_by(table.table("owed_by")),
            table.names("sections", _("phần báo cáo"), [section.id for section in every_section()], ()),
        )
        if (new.last.month, new.last.day) < (new.first.month, new.first.day):
            table.problem("last", _("ngày cuối kỳ phải từ ngày đầu kỳ trở đi"))
        table.close()
        found.append(new)
    return tuple(found)


def _owed_by(table: Table) -> OwedBy:
    shipped = [parsing.standard(name) for name in definitions.LIFECYCLE_IDS]
    levels = [level.id for definition in shipped for level in definition.levels]
    roles = {role for definition in shipped for role in definition.roles}
    owed_by = OwedBy(
        table.names("levels", _("cấp"), levels, ()),
        table.names("kinds", _("loại đơn vị"), UNIT_KINDS, ()),
        table.names("roles", _("vai trò"), roles),
        table.name("called_by", _("cấp"), levels, ""),
    )
    if table.has("roles") and not owed_by.roles:
        table.problem("roles", _("phải nêu ít nhất một vai trò"))
    table.close()
    return owed_by


def _reminder_steps(root: Table) -> tuple[ReminderStepDefault, ...]:
    found: dict[int, ReminderStepDefault] = {}
    for table in root.tables("reminder_steps", required=False):
        days = table.integer("days", low=-90, high=90)
        recipients = table.names("recipients", _("người nhận"), RECIPIENTS)
        if table.has("recipients") and not recipients:
            table.problem("recipients", _("phải có ít nhất một người nhận"))
        with_list = table.flag("with_list_of_late")
        table.close()
        if days in found:
            table.problem("days", _("đã có bước nhắc ở mốc %(days)s ngày; hãy gộp người nhận vào bước ấy", days=days))
        elif days is not None:
            found[days] = ReminderStepDefault(days, recipients, with_list)
    return tuple(found[days] for days in sorted(found))


def _lifecycles(root: Table) -> tuple[LifecyclePeriod, ...]:
    found: list[LifecyclePeriod] = []
    for number, table in enumerate(root.tables("lifecycles")):
        lifecycle_id = table.name("id", _("định nghĩa"), definitions.LIFECYCLE_IDS)
        starts_on = table.day("starts_on", None)
        if (starts_on is None) != (number == 0):
            table.problem("starts_on", _("chỉ mục đầu tiên không có ngày bắt đầu; các mục sau phải có"))
        before = found[-1].starts_on if found else None
        if starts_on and before and starts_on <= before:
            table.problem("starts_on", _("các mục phải xếp theo ngày tăng dần"))
        found.append(LifecyclePeriod(lifecycle_id, starts_on))
        table.close()
    return tuple(found)


@cache
def standard_item_labels() -> Mapping[str, Spoken]:
    """What the items of the registration form are called beside its name, id → label."""
    return {item.id: _l(item.label) for item in standard_defaults().items if item.id != "name"}
