"""The unit tree: reading it, adding, renaming and ending units, merging them, and lists of units as spreadsheets."""

from __future__ import annotations

import base64
import binascii

from flask import Blueprint, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from web.forms.administration import MergeForm, UnitEditForm, UnitForm, UnitsFileForm
from web.forms.answers import Answer, Done, act, attempt, page_again
from web.forms.base import PageForm, day_of, options, printable, said
from web.look.presentation import day
from web.serving import clock, downloads
from web.serving.access_rules import ADMINISTRATORS, access_rule
from web.serving.transactions import database, reading
from web.serving.visitor import actor
from web.views.administration import places
from workflow.across.documents.import_units import import_units, write_list, write_template
from workflow.core.lifecycles import labels as lifecycle_labels
from workflow.core.people import unit_tree, units
from workflow.ground.database import Connection
from workflow.ground.refusals import InvalidInput
from workflow.ground.speech import _
from workflow.ground.vietnam_time import local_date

pages = Blueprint("units", __name__, url_prefix="/quan-tri/don-vi")

LARGEST_FILE = 2 * 1024 * 1024
"""A list of units that goes to the browser and back once: after the check comes the import of the very same bytes."""


@pages.get("")
@access_rule(roles=ADMINISTRATORS)
def listed() -> str:
    wanted = printable(request.args.get("tim", ""))[:100].strip()
    code = printable(request.args.get("goc", ""))[:60].strip()
    found = unit_tree.search(reading(), actor(), wanted) if wanted else None
    return render_template(
        "administration/units.html",
        branch=None if wanted else unit_tree.branch(reading(), actor(), code),
        found=found,
        wanted=wanted,
        levels=lifecycle_labels.levels(reading()),
        day_now=local_date(clock.now()),
    )


@pages.route("/moi", methods=["GET", "POST"])
@access_rule(roles=ADMINISTRATORS)
def new() -> Answer:
    form = UnitForm(data={"parent": printable(request.args.get("thuoc", ""))[:60]})

    def add(connection: Connection) -> Done:
        units.create_unit(
            connection,
            actor().account_id,
            clock.now(),
            said(form.code),
            said(form.name),
            said(form.level),
            said(form.kind),
            said(form.parent),
            valid_from=day_of(form.valid_from),
        )
        return Done(_("Đã thêm đơn vị."), url_for("units.listed", goc=said(form.parent)))

    if answer := act(form, add):
        return answer
    form.level.choices = options(lifecycle_labels.levels(reading()).items())
    form.parent.choices = options(places.choices())
    return _page(form, _("Thêm đơn vị"), _("Thêm đơn vị"))


@pages.route("/<code>", methods=["GET", "POST"])
@access_rule(roles=ADMINISTRATORS)
def edit(code: str) -> Answer:
    place = places.place(code)
    present = {"name": place.name, "valid_from": day(place.valid_from), "valid_to": day(place.valid_to)}
    form = UnitEditForm(data=present)

    def save(connection: Connection) -> Done:
        who, now = actor().account_id, clock.now()
        first, last = day_of(form.valid_from), day_of(form.valid_to)
        renamed = units.rename(connection, who, now, place.code, said(form.name))
        moved = units.set_validity(connection, who, now, place.code, first, last)
        told = _("Đã lưu đơn vị.") if renamed or moved else _("Không có gì thay đổi.")
        return Done(told, url_for("units.listed"))

    if answer := act(form, save):
        return answer
    links = [] if place.successor_id else [(_("Sáp nhập vào đơn vị khác"), url_for("units.merge", code=place.code))]
    return _page(form, f"{place.name} ({place.code})", _("Lưu"), links=links)


@pages.route("/<code>/sap-nhap", methods=["GET", "POST"])
@access_rule(roles=ADMINISTRATORS)
def merge(code: str) -> Answer:
    place = places.place(code)
    form = MergeForm()

    def merged(connection: Connection) -> Done:
        who, into, last = actor().account_id, said(form.successor), day_of(form.last_day)
        units.merge_into(connection, who, clock.now(), place.code, into, last_day=last)
        told = _("Đã sáp nhập đơn vị. Các mô hình đang làm vẫn tiếp tục ở đơn vị cũ.")
        return Done(told, url_for("units.listed"))

    if answer := act(form, merged):
        return answer
    form.successor.choices = options([("", _("– chọn –")), *(one for one in places.choices() if one[0] != place.code)])
    return _page(form, _("Sáp nhập %(name)s vào đơn vị khác", name=place.name), _("Sáp nhập"), danger=True)


@pages.route("/nhap", methods=["GET", "POST"])
@access_rule(roles=ADMINISTRATORS)
def bring() -> Answer:
    """First the file is only checked; the page that tells of it carries the file, so that importing it is one more button."""
    form = UnitsFileForm()

    def read() -> Answer:
        content, kept = _sent(form), bool(said(form.checked))
        outcome = import_units(database(), actor().account_id, clock.now(), content, dry_run=not kept)
        if not kept or outcome.refused:
            form.checked.data = base64.b64encode(content).decode() if outcome.created else ""
            return page_again("administration/units_import.html", form, outcome=outcome)
        told = _(
            "Đã thêm %(new)s đơn vị; %(old)s đơn vị đã có từ trước.", new=len(outcome.created), old=outcome.unchanged
        )
        return Done(told, url_for("units.listed")).answer()

    if answer := attempt(form, read):
        return answer
    form.checked.data = ""
    return page_again("administration/units_import.html", form, outcome=None)


@pages.get("/mau.xlsx")
@access_rule(roles=ADMINISTRATORS)
def template() -> Response:
    return downloads.workbook("mau-don-vi", lambda target: write_template(reading(), target, actor()))


@pages.get("/danh-sach.xlsx")
@access_rule(roles=ADMINISTRATORS)
def workbook() -> Response:
    return downloads.workbook("don-vi", lambda target: write_list(reading(), target, actor()))


def _sent(form: UnitsFileForm) -> bytes:
    """The bytes of the file just chosen, or of the one that was checked before."""
    file = form.file.data
    if isinstance(file, FileStorage) and file.filename:
        content: bytes = file.read(LARGEST_FILE + 1)
        form.checked.data = ""
    else:
        try:
            content = base64.b64decode(said(form.checked), validate=True)
        except (binascii.Error, ValueError):
            content = b""
    if not content:
        raise InvalidInput({"file": _("Hãy chọn một tệp xlsx.")})
    if len(content) > LARGEST_FILE:
        raise InvalidInput({"file": _("Tệp lớn hơn 2 MB. Hãy chia thành nhiều tệp.")})
    return content


def _page(
    form: PageForm, title: str, button: str, *, danger: bool = False, links: list[tuple[str, str]] | None = None
) -> tuple[str, int]:
    return page_again(
        "administration/form.html",
        form,
        title=title,
        button=button,
        back=url_for("units.listed"),
        trail=[(_("Quản trị"), url_for("administration.home")), (_("Đơn vị"), url_for("units.listed"))],
        danger=danger,
        links=links or [],
    )
