"""Chasing: who is late and by how much, reminding those chosen now, units × calls, the list on paper, punctuality."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from notifications.reminders import deeds
from web.forms.answers import Done, press
from web.forms.base import printable
from web.look import charts
from web.look.charts import Bar
from web.serving import clock
from web.serving.access_rules import access_rule
from web.serving.security import own_path
from web.serving.transactions import reading
from web.serving.visitor import actor
from web.words.owed import SUBJECTS, links
from workflow.across.obligations import chasing, punctuality
from workflow.across.obligations.chasing import CHASERS, Filters
from workflow.across.obligations.lines import lines, reminded
from workflow.core.labels import REPORT_STATUSES, in_sentence
from workflow.core.people.places import choices_of_units, find_units
from workflow.core.people.unit import Unit
from workflow.core.programmes.choice import chosen_year, every_year
from workflow.ground.database import Connection
from workflow.ground.refusals import InvalidInput
from workflow.ground.speech import _, _l
from workflow.ground.vietnam_time import local_date, start_of_day

pages = Blueprint("chasing", __name__, url_prefix="/don-doc")

PAGE_SIZE = 50
MOST_AT_ONCE = 100
STANDINGS = {"late": _l("Trễ hạn"), "soon": _l("Đến hạn trong 7 ngày"), "all": _l("Tất cả còn chờ")}
NAMES = ("tinh-trang", "loai", "dot", "don-vi", "chua-mo")
MOST_BARS = 20


@dataclass(frozen=True, slots=True)
class _Asked:
    """The filters as the address has them. problem: why the unit could not be found."""

    filters: Filters
    unit_name: str
    problem: str


@pages.get("")
@access_rule(roles=CHASERS)
def listed() -> str:
    """tinh-trang: late (the default), soon or all; loai: subject; dot: call; don-vi: unit; chua-mo=1: what nobody opened."""
    connection, who, today = reading(), actor(), local_date(clock.now())
    asked = _asked(today)
    page = chasing.page(connection, who, asked.filters, today, request.args.get("sau", ""), PAGE_SIZE)
    year = chosen_year(connection, request.args.get("nam"))
    return render_template(
        "chasing/list.html",
        lines=lines(connection, page, today),
        links=links(connection, page.rows),
        following=page.following,
        asked=asked,
        narrowed=any(request.args.get(name) for name in NAMES),
        standings=STANDINGS,
        subjects=SUBJECTS,
        reports={status: in_sentence(label) for status, label in REPORT_STATUSES.items()},
        calls=chasing.calls(connection, who, year.id),
        units=choices_of_units(connection, who, today),
        ticked=request.args.get("chon") == "het",
        longest_word=deeds.LONGEST_WORD,
    )


@pages.post("/nhac")
@access_rule(roles=CHASERS)
def remind() -> Response:
    """Remind those ticked, or with `tat-ca` everybody on the page, now and once a day."""
    back = own_path(request.form.get("back"), url_for("chasing.listed"))
    name = "shown" if "tat-ca" in request.form else "id"
    ids = [int(one) for one in request.form.getlist(name) if one.isdecimal() and len(one) < 18][:MOST_AT_ONCE]

    def chase(connection: Connection) -> Done:
        if not ids:
            raise InvalidInput({"id": _("Hãy chọn ít nhất một dòng, rồi bấm nhắc.")})
        word = printable(request.form.get("word", ""))
        deeds.chase(connection, actor().account_id, clock.now(), ids, word=word)
        return Done("", url_for("chasing.done", ma=",".join(str(one) for one in ids), ve=back))

    return press(back, chase)


@pages.get("/da-nhac")
@access_rule(roles=CHASERS)
def done() -> str:
    """What came of reminding: ma: the obligations, with commas between them."""
    ids = [int(one) for one in request.args.get("ma", "").split(",") if one.isdecimal() and len(one) < 18]
    rows = chasing.chosen(reading(), actor(), ids[:MOST_AT_ONCE])
    since = start_of_day(local_date(clock.now()))
    return render_template(
        "chasing/done.html",
        found=reminded(reading(), rows, since),
        links=links(reading(), rows),
        back=own_path(request.args.get("ve"), url_for("chasing.listed")),
    )


@pages.get("/bang")
@access_rule(roles=CHASERS)
def grid() -> str:
    """nam: year; don-vi: unit; sau: the last unit of the page before."""
    connection, today = reading(), local_date(clock.now())
    year = chosen_year(connection, request.args.get("nam"), to_register=True)
    asked = _asked(today)
    found = chasing.grid(
        connection,
        actor(),
        year.id,
        today,
        below=asked.filters.below,
        place=_path(request.args.get("sau", "")),
        size=PAGE_SIZE,
    )
    return render_template(
        "chasing/grid.html",
        grid=found,
        cells={key: (chasing.cell(row, today), abs((row.due_on - today).days)) for key, row in found.cells.items()},
        asked=asked,
        year=year,
        years=every_year(connection),
    )


@pages.get("/danh-sach-tre")
@access_rule(roles=CHASERS)
def paper() -> str:
    """The late for printing, under the same filters as the list."""
    connection, today = reading(), local_date(clock.now())
    asked = _asked(today)
    page = chasing.paper(connection, actor(), asked.filters, today, request.args.get("sau", ""))
    return render_template(
        "chasing/paper.html",
        lines=lines(connection, page, today),
        links=links(connection, page.rows),
        following=page.following,
        asked=asked,
    )


@pages.get("/dung-han")
@access_rule(roles=CHASERS)
def punctual() -> str:
    """nam: year; sau: the last unit of the page before."""
    connection = reading()
    year = chosen_year(connection, request.args.get("nam"), to_register=True)
    page = punctuality.page(connection, actor(), clock.now(), CHASERS, year.id, _path(request.args.get("sau", "")))
    return render_template(
        "chasing/punctual.html",
        page=page,
        year=year,
        years=every_year(connection),
        picture=_picture(page.rows[:MOST_BARS]) if page.rows else "",
        shown=min(MOST_BARS, len(page.rows)),
    )


def _picture(rows: Sequence[punctuality.Punctuality]) -> Any:
    said = "; ".join(f"{row.unit_name}: {row.percent}%" for row in rows)
    return charts.bars(
        "dung-han",
        _("Tỷ lệ báo cáo đúng hạn"),
        said,
        [Bar(row.unit_name, row.percent, "%") for row in rows],
        full=100,
    )


def _asked(today: date) -> _Asked:
    written = request.args
    standing = next((one for one in ("late", "soon", "all") if one == written.get("tinh-trang")), "late")
    call = written.get("dot", "")
    subject = written.get("loai", "")
    unit, problem = _unit(printable(written.get("don-vi", "")).strip()[:300])
    filters = Filters(
        standing=standing,  # type: ignore[arg-type]  # one of the three by construction
        subject=subject if subject in SUBJECTS else "",
        call_id=int(call) if call.isdecimal() and len(call) < 18 else None,
        below=unit.path if unit is not None else "",
        unopened=written.get("chua-mo") == "1",
    )
    return _Asked(filters, unit.name if unit is not None else "", problem)


def _unit(written: str) -> tuple[Unit | None, str]:
    if not written:
        return None, ""
    found = find_units(reading(), actor(), written)
    if len(found) == 1:
        return found[0], ""
    if found:
        names = "; ".join(f"{one.name} ({one.code})" for one in found)
        return None, _("Nhiều đơn vị có tên như vậy: %(names)s. Hãy viết mã đơn vị.", names=names)
    return None, _("Không có đơn vị mã hoặc tên này trong phạm vi của bạn. Danh sách dưới đây gồm mọi đơn vị.")


def _path(written: str) -> str:
    """The path of a unit in an address, or nothing."""
    return written if len(written) <= 200 and all(one.isdecimal() for one in written.strip("/").split("/")) else ""
