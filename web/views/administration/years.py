"""Programme years: starting one from another, and changing its settings, fields, score sheet, bands and measures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from werkzeug.wrappers import Response

from web.forms.answers import Answer, Done, act, attempt, page_again
from web.forms.base import PageForm, day_of, options, said
from web.forms.programme import (
    BandsForm,
    CriteriaForm,
    DefinitionForm,
    FieldsForm,
    ItemsForm,
    KindsForm,
    MeasuresForm,
    PartForm,
    SettingsForm,
    StepsForm,
    YearForm,
)
from web.look.presentation import day, level_label
from web.serving import clock, publicity
from web.serving.access_rules import ADMINISTRATORS, STAFF, access_rule
from web.serving.transactions import reading, writing
from web.serving.visitor import actor
from web.words.deeds import DEEDS
from web.words.particulars import details, people_in
from workflow.across.obligations import kinds_editing
from workflow.across.oversight import audit_trail
from workflow.core.labels import RECIPIENTS
from workflow.core.lifecycles import store as lifecycle_store
from workflow.core.programmes import change, content, deadlines, editing, starting, stored
from workflow.core.programmes.editing import YearInput
from workflow.core.programmes.year import Year
from workflow.ground.database import Connection
from workflow.ground.refusals import InvalidInput
from workflow.ground.speech import _, _l

pages = Blueprint("years", __name__, url_prefix="/quan-tri/nam")

KEEPERS = ADMINISTRATORS | STAFF
NAME_EMPTIED = _l("Xoá trắng tên để bỏ một dòng.")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a year that is edited as rows. read: its rows now, as the form has them; hint: what the page says first.

    fixed: no row comes or goes.
    """

    title: Any
    hint: Any
    form: type[PartForm]
    store: Callable[..., bool]
    read: Callable[[Connection, int], list[dict[str, Any]]]
    emptied: Any = NAME_EMPTIED
    fixed: bool = False


@pages.get("")
@access_rule(roles=KEEPERS)
def listed() -> str:
    return render_template("administration/years.html", years=starting.listing(reading()))


@pages.route("/moi", methods=["GET", "POST"])
@access_rule(roles=KEEPERS)
def new() -> Answer:
    there = starting.listing(reading())
    form = YearForm(
        data={"year": str(there[0].year + 1) if there else "", "source": str(there[0].year) if there else ""}
    )

    def begin(connection: Connection) -> Done:
        year, source = _number(said(form.year), "year"), said(form.source)
        who, now, definition = actor().account_id, clock.now(), said(form.definition)
        first, last = day_of(form.opens_on), day_of(form.closes_on)
        if source:
            copied = _number(source, "source")
            editing.copy_year(connection, who, now, copied, year, opens_on=first, closes_on=last, definition=definition)
        else:
            chosen = lifecycle_store.find(connection, definition) if definition else None
            starting.start_year(connection, who, now, year, definition=chosen, opens_on=first, closes_on=last)
        told = _("Đã mở năm thi đua. Hãy xem lại thời hạn và các danh mục.")
        return Done(told, url_for("years.shown", year=year))

    if answer := act(form, begin):
        return answer
    form.source.choices = options([*((str(one.year), str(one.year)) for one in there), ("", _("– giá trị mặc định –"))])
    form.definition.choices = options([("", _("– như năm được chép –")), *_definitions()])
    return _page(form, _("Mở năm thi đua"), _("Mở năm"))


@pages.get("/<int:year>")
@access_rule(roles=KEEPERS)
def shown(year: int) -> str:
    row = stored.year(reading(), year)
    told = audit_trail.of_year(reading(), row.id)
    return render_template(
        "administration/year.html",
        year=row,
        definition=lifecycle_store.definition(reading(), row.definition_hash),
        models=sum(content.used_fields(reading(), row.id).values()),
        parts=PARTS,
        counts={name: len(part.read(reading(), row.id)) for name, part in PARTS.items()},
        told=told,
        details=details,
        people=people_in(reading(), (entry.events for entry in told)),
        deeds=DEEDS,
    )


@pages.route("/<int:year>/thong-tin", methods=["GET", "POST"])
@access_rule(roles=KEEPERS)
def settings(year: int) -> Answer:
    row = stored.year(reading(), year)
    form = SettingsForm(
        data={
            "version": str(change.version(reading(), row.id)),
            "name": row.name,
            "opens_on": day(row.opens_on),
            "closes_on": day(row.closes_on),
            "quorum": f"{row.quorum_numerator}/{row.quorum_denominator}",
            "threshold": f"{row.threshold_numerator}/{row.threshold_denominator}",
            "min_inspectors": str(row.min_inspectors),
            "days_to_mend": str(row.days_to_mend),
            "numbering": row.numbering,
            "public": row.public,
        }
    )

    def save() -> Response:
        stated = YearInput(
            said(form.name),
            day_of(form.opens_on),
            day_of(form.closes_on),
            said(form.quorum),
            said(form.threshold),
            said(form.numbering),
            bool(form.public.data),
            said(form.min_inspectors),
            said(form.days_to_mend),
        )
        with writing() as connection:
            changed = editing.edit_year(connection, actor().account_id, clock.now(), year, stated, version=form.present)
        publicity.forget()
        return _stored(year, changed).answer()

    return attempt(form, save) or _page(form, _("Thông tin năm %(year)s", year=year), _("Lưu"), row)


@pages.route("/<int:year>/quy-trinh", methods=["GET", "POST"])
@access_rule(roles=KEEPERS)
def definition(year: int) -> Answer:
    row = stored.year(reading(), year)
    form = DefinitionForm(data={"version": str(change.version(reading(), row.id)), "definition": row.definition_hash})

    def save(connection: Connection) -> Done:
        who, wanted = actor().account_id, said(form.definition)
        changed = editing.set_definition(connection, who, clock.now(), year, wanted, version=form.present)
        return _stored(year, changed)

    if answer := act(form, save):
        return answer
    form.definition.choices = options(_definitions())
    return _page(form, _("Quy trình của năm %(year)s", year=year), _("Lưu"), row)


@pages.route("/<int:year>/<part>", methods=["GET", "POST"])
@access_rule(roles=KEEPERS)
def rows(year: int, part: str) -> Answer:
    """The rows of one part of the year. «Thêm dòng» and «Tính tổng» send the form and get it back unsaved."""
    chosen = PARTS.get(part) or abort(404)
    row = stored.year(reading(), year)
    present = chosen.read(reading(), row.id)
    form = chosen.form(data={"version": str(change.version(reading(), row.id)), "rows": present})

    def save(connection: Connection) -> Done:
        who, typed = actor().account_id, form.inputs()
        return _stored(year, chosen.store(connection, who, clock.now(), year, typed, version=form.present))

    if answer := act(form, save):
        return answer
    if not chosen.fixed and ("add_row" in request.form or not form.is_submitted()):
        form.add_rows()
    if isinstance(form, KindsForm):
        form.offer(_levels_of(row), _levels_in_words)
    version, adds_up = change.version(reading(), row.id), chosen.form is CriteriaForm
    return page_again("administration/part.html", form, version=version, year=row, part=chosen, adds_up=adds_up)


def _field_rows(connection: Connection, year_id: int) -> list[dict[str, Any]]:
    return [
        {
            "code": row.code,
            "order": str(number),
            "label": row.label,
            "aliases": "; ".join(row.aliases),
            "keywords": "; ".join(row.keywords),
        }
        for number, row in enumerate(stored.fields(connection, year_id), 1)
    ]


def _criterion_rows(connection: Connection, year_id: int) -> list[dict[str, Any]]:
    return [
        {
            "code": row.code,
            "order": str(number),
            "label": row.label,
            "points": str(row.max_points),
            "guidance": row.guidance,
        }
        for number, row in enumerate(stored.criteria(connection, year_id), 1)
    ]


def _band_rows(connection: Connection, year_id: int) -> list[dict[str, Any]]:
    return [{"label": row.label, "from_points": str(row.from_points)} for row in stored.bands(connection, year_id)]


def _kind_rows(connection: Connection, year_id: int) -> list[dict[str, Any]]:
    return [
        {
            "code": row.code,
            "order": str(number),
            "label": row.label,
            "kind": row.kind,
            "due": day(row.due_on),
            "period_from": day(row.period_from),
            "period_to": day(row.period_to),
            "opens_days": str(row.opens_days),
            "levels": ",".join(row.owed_by["levels"]),
        }
        for number, row in enumerate(deadlines.report_kinds(connection, year_id), 1)
    ]


def _step_rows(connection: Connection, year_id: int) -> list[dict[str, Any]]:
    return [
        {
            "days": f"{row.days:+d}" if row.days else "0",
            **{part: part in row.recipients.split(",") for part in RECIPIENTS},
            "with_list_of_late": row.with_list_of_late,
        }
        for row in deadlines.reminder_steps(connection, year_id)
    ]


def _levels_of(year: Year) -> dict[str, str]:
    """Who may owe a report, in the words of the year's levels: all below the one that calls, one level, or two neighbours."""
    levels = [level.id for level in lifecycle_store.definition(reading(), year.definition_hash).levels]
    wanted = ["", *levels, *(f"{upper},{lower}" for upper, lower in pairwise(levels))]
    return {one: _levels_in_words(one) for one in wanted}


def _levels_in_words(levels: str) -> str:
    named = [level_label(level) for level in levels.split(",") if level]
    if not named:
        return _("Mọi đơn vị báo cáo trực tiếp")
    return ", ".join([named[0], *(f"{name[:1].lower()}{name[1:]}" for name in named[1:])])


def _measure_rows(connection: Connection, year_id: int) -> list[dict[str, Any]]:
    return [
        {
            "code": row.code,
            "order": str(number),
            "label": row.label,
            "unit": row.unit,
            "aliases": "; ".join(row.aliases),
            "unit_aliases": "; ".join(row.unit_aliases),
            "outlier_above": "" if row.outlier_above is None else f"{row.outlier_above:.0f}",
        }
        for number, row in enumerate(stored.measures(connection, year_id), 1)
    ]


def _item_rows(connection: Connection, year_id: int) -> list[dict[str, Any]]:
    return [
        {
            "code": row.code,
            "label": row.label,
            "guidance": row.guidance,
            "good": row.good,
            "bad": row.bad,
            "max_length": str(row.max_length),
        }
        for row in stored.items(connection, year_id).values()
    ]


PARTS = {
    "linh-vuc": Part(
        _l("Lĩnh vực"),
        _l(
            "Thứ tự này là thứ tự trong mọi bảng tổng hợp. Lĩnh vực đã có mô hình chỉ sửa được tên, không bỏ được. Cụm từ"
            " gợi ý có trong tên mô hình thì phần mềm gợi ý lĩnh vực ấy."
        ),
        FieldsForm,
        content.set_fields,
        _field_rows,
    ),
    "cham-diem": Part(
        _l("Bảng chấm điểm"),
        _l("Tổng điểm tối đa phải bằng 100. Khi đã có biên bản chấm điểm thì chỉ sửa được tên, hướng dẫn và thứ tự."),
        CriteriaForm,
        content.set_criteria,
        _criterion_rows,
    ),
    "xep-hang": Part(
        _l("Xếp hạng"),
        _l("Mỗi hạng bắt đầu từ một điểm; hạng thấp nhất từ 0."),
        BandsForm,
        content.set_bands,
        _band_rows,
    ),
    "chi-so": Part(
        _l("Chỉ số"),
        _l("Chỉ số đã có số liệu không bỏ được và giữ đơn vị tính."),
        MeasuresForm,
        content.set_measures,
        _measure_rows,
    ),
    "phieu": Part(
        _l("Phiếu đăng ký"),
        _l("Phiếu luôn có chín mục này; sửa được tên, hướng dẫn, ví dụ và độ dài của từng mục."),
        ItemsForm,
        content.set_items,
        _item_rows,
        "",
        fixed=True,
    ),
    "ky-bao-cao": Part(
        _l("Kỳ báo cáo"),
        _l(
            "Mỗi kỳ được yêu cầu tự động trước hạn; hạn rơi vào ngày nghỉ thì lùi sang ngày làm việc kế tiếp. Kỳ đã"
            " yêu cầu thì dời hạn ở trang của yêu cầu."
        ),
        KindsForm,
        kinds_editing.set_report_kinds,
        _kind_rows,
    ),
    "buoc-nhac": Part(
        _l("Bước nhắc việc"),
        _l("Số âm là trước hạn, 0 là đúng ngày hạn, số dương là khi đã trễ. Việc còn mở theo các bước mới từ hôm nay."),
        StepsForm,
        kinds_editing.set_reminder_steps,
        _step_rows,
        _l("Xoá trắng số ngày để bỏ một dòng."),
    ),
}


def _definitions() -> list[tuple[str, str]]:
    found = lifecycle_store.known(reading())
    return [(one.hash, f"{one.title} ({one.short_hash})") for one in found]


def _number(written: str, key: str) -> int:
    text = written.strip()
    if not text.isascii() or not text.isdecimal() or len(text) > 4:
        raise InvalidInput({key: _("Hãy điền một năm, ví dụ 2026.")})
    return int(text)


def _stored(year: int, changed: bool) -> Done:
    told = _("Đã lưu. Thay đổi được ghi vào lịch sử của năm.") if changed else _("Không có gì thay đổi.")
    return Done(told, url_for("years.shown", year=year))


def _page(form: PageForm, title: str, button: str, year: Year | None = None) -> tuple[str, int]:
    """A page of a year, or of one that is to begin."""
    trail = [(_("Quản trị"), url_for("administration.home")), (_("Năm thi đua"), url_for("years.listed"))]
    if year is not None:
        trail.append((str(year.year), url_for("years.shown", year=year.year)))
    return page_again(
        "administration/form.html",
        form,
        version=None if year is None else change.version(reading(), year.id),
        title=title,
        button=button,
        back=trail[-1][1],
        trail=trail,
        danger=False,
        links=[],
    )
