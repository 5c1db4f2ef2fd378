"""The calendar of working days: public holidays, and what an administrator corrects; due dates follow at once."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response
from wtforms import RadioField

from notifications.reminders import deeds
from web.forms.answers import Answer, Done, act, page_again, press
from web.forms.base import PageForm, day_field, line, options, said
from web.serving import clock
from web.serving.access_rules import ADMINISTRATORS, STAFF, access_rule
from web.serving.transactions import reading
from web.serving.visitor import actor
from workflow.across.obligations import days_off
from workflow.across.obligations.days_off import LONGEST_LABEL
from workflow.across.obligations.official_days import EARLIEST, LATEST
from workflow.across.obligations.working_days import decision
from workflow.ground.database import Connection
from workflow.ground.refusals import NotFound
from workflow.ground.speech import _, _l
from workflow.ground.vietnam_time import local_date

pages = Blueprint("days_off", __name__, url_prefix="/quan-tri/ngay-nghi")

KEEPERS = ADMINISTRATORS | STAFF


class DayForm(PageForm):
    """One day that is not what its day of the week says."""

    day = day_field(_l("Ngày"))
    working = RadioField(
        _l("Là"),
        choices=options([("off", _l("Ngày nghỉ")), ("working", _l("Ngày làm bù"))]),
        default="off",
        validate_choice=False,
    )
    label = line(_l("Lý do, văn bản"), _l("Ví dụ: Nghỉ bù Quốc khánh."), render_kw={"maxlength": LONGEST_LABEL + 50})


class YearForm(PageForm):
    """By which document a year is decided."""

    source = line(
        _l("Văn bản về nghỉ Tết và hoán đổi ngày làm việc"),
        _l("Trước đó hãy đối chiếu bảng ngày nghỉ, ghi những ngày còn thiếu. Để trống là bỏ ghi."),
        render_kw={"maxlength": LONGEST_LABEL + 50},
    )


@pages.route("", methods=["GET", "POST"])
@access_rule(roles=KEEPERS)
def listed() -> Answer:
    """nam: the year that is shown."""
    today = local_date(clock.now())
    year = _year(request.args.get("nam"), today)
    form = DayForm()

    def note(connection: Connection) -> Done:
        working, label = said(form.working) == "working", said(form.label)
        moved = deeds.note_day_off(connection, actor().account_id, clock.now(), said(form.day), working, label)
        return Done(_("Đã ghi."), url_for("days_off.listed", nam=year), _moved(moved))

    if answer := act(form, note):
        return answer
    days = days_off.listing(reading(), year)
    known, over = decision(reading(), year), year < today.year
    return page_again("administration/days_off.html", form, days=days, year=year, decision=known, over=over)


@pages.route("/nam/<int:year>", methods=["GET", "POST"])
@access_rule(roles=KEEPERS)
def decided(year: int) -> Answer:
    """Which document decided the Tết and the swaps of a year."""
    if not EARLIEST <= year <= LATEST:
        raise _no_year(str(year))
    back = url_for("days_off.listed", nam=year)
    form = YearForm(data={"source": decision(reading(), year)})

    def decide(connection: Connection) -> Done:
        days_off.decide_year(connection, actor().account_id, clock.now(), year, said(form.source))
        return Done(_("Đã ghi."), back)

    if answer := act(form, decide):
        return answer
    return page_again(
        "administration/form.html",
        form,
        title=_("Quyết định lịch nghỉ năm %(year)s", year=year),
        button=_("Ghi"),
        back=back,
        trail=[(_("Quản trị"), url_for("administration.home")), (_("Ngày nghỉ"), back)],
        danger=False,
        links=[],
    )


@pages.post("/<string:day>/bo")
@access_rule(roles=KEEPERS)
def forget(day: str) -> Response:
    try:
        meant = date.fromisoformat(day)
    except ValueError:
        raise NotFound(_("Không có ngày này."), guard="day") from None
    back = url_for("days_off.listed", nam=meant.year)

    def forgotten(connection: Connection) -> Done:
        moved = deeds.forget_day_off(connection, actor().account_id, clock.now(), meant)
        return Done(_("Đã bỏ ghi."), back, _moved(moved))

    return press(back, forgotten)


def _moved(count: int) -> list[str]:
    return [_("Hạn của %(count)s việc đã đổi theo; những người phải làm được báo.", count=count)] if count else []


def _year(written: str | None, today: date) -> int:
    if not written:
        return today.year
    if not written.isdecimal() or not EARLIEST <= int(written[:5]) <= LATEST:
        raise _no_year(written)
    return int(written)


def _no_year(written: str) -> NotFound:
    """The refusal of a year that no calendar here has."""
    return NotFound(_("Không có năm «%(written)s».", written=written[:10]), guard="year")
