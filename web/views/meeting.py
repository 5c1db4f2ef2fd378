"""What is done with one review meeting: members, agenda, opening, attendance, votes, close."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.engine import Connection
from werkzeug.wrappers import Response

from web import clock
from web.access_rules import REVIEWERS, access_rule
from web.answers import page_again, say
from web.forms.base import PageForm, said
from web.forms.review import ListForm, MinutesForm, ReasonForm, agenda_in, counts_in, members_in, votes_in
from web.readings.places import people_for
from web.transactions import reading, writing
from web.visitor import actor
from workflow import listing, programme, review
from workflow.agenda import reviewable
from workflow.ballots import RECORDING_DUTIES
from workflow.calendar import local_date
from workflow.refusals import InvalidInput, Refusal
from workflow.review import MeetingView

pages = Blueprint("meeting", __name__, url_prefix="/phien-binh-xet/<int:meeting_id>")


@pages.route("/thanh-vien", methods=["GET", "POST"])
@access_rule(roles=REVIEWERS)
def members(meeting_id: int) -> Response | tuple[str, int]:
    seen = _meeting(meeting_id)
    people = people_for(reading(), seen.unit_path, None, local_date(clock.now()))
    chosen = {one.user_name: one.duty for one in seen.members}
    if request.method == "POST":
        chosen = {one.user_name: one.duty for one in members_in(request.form)}
    return _handled(
        meeting_id,
        "review/members.html",
        ListForm(),
        lambda connection: review.set_members(
            connection, actor().account_id, meeting_id, members_in(request.form), clock.now()
        ),
        _("Đã lưu danh sách thành viên."),
        people=people,
        chosen=chosen,
    )


@pages.route("/chuong-trinh", methods=["GET", "POST"])
@access_rule(roles=REVIEWERS)
def agenda(meeting_id: int) -> Response | tuple[str, int]:
    seen = _meeting(meeting_id)
    year = programme.year(reading(), seen.year)
    definition = programme.definition(reading(), year.definition_hash)
    states = tuple(sorted(reviewable(definition)))
    filters = listing.Filters(year_id=year.id, states=states, unit_path=seen.unit_path)
    rows = listing.page(reading(), actor(), filters, "", listing.LARGEST_PAGE).rows
    order = {item.code: str(place) for place, item in enumerate(seen.agenda, 1)}
    if request.method == "POST":
        order = {code: request.form.get(f"order-{code}", "") for code in request.form.getlist("code")}
    return _handled(
        meeting_id,
        "review/agenda.html",
        ListForm(),
        lambda connection: review.set_agenda(
            connection,
            actor().account_id,
            meeting_id,
            agenda_in(request.form.getlist("code"), request.form),
            clock.now(),
        ),
        _("Đã lưu chương trình."),
        rows=rows,
        order=order,
    )


@pages.route("/khai-mac", methods=["GET", "POST"])
@access_rule(roles=REVIEWERS)
def opening(meeting_id: int) -> Response | tuple[str, int]:
    return _attendance(
        meeting_id,
        review.open_meeting,
        _("Phiên bình xét đã khai mạc."),
        title=_("Khai mạc phiên bình xét"),
        button=_("Khai mạc"),
    )


@pages.route("/diem-danh", methods=["GET", "POST"])
@access_rule(roles=REVIEWERS)
def attendance(meeting_id: int) -> Response | tuple[str, int]:
    return _attendance(
        meeting_id, review.mark_present, _("Đã điểm danh."), title=_("Điểm danh"), button=_("Lưu điểm danh")
    )


@pages.route("/phieu", methods=["GET", "POST"])
@access_rule(signed_in=True)
def votes(meeting_id: int) -> Response | tuple[str, int]:
    seen = _meeting(meeting_id)
    own = next((one for one in seen.members if one.account_id == actor().account_id), None)
    may_record = actor().grant_for(REVIEWERS, seen.unit_path) is not None or (
        own is not None and own.duty in RECORDING_DUTIES
    )
    return _handled(
        meeting_id,
        "review/votes.html",
        ListForm(),
        lambda connection: _record(connection, seen),
        _("Đã ghi phiếu."),
        voters=seen.members if may_record else [one for one in seen.members if one == own],
        typed=request.form if request.method == "POST" else {},
    )


@pages.route("/ket-thuc", methods=["GET", "POST"])
@access_rule(roles=REVIEWERS)
def closing(meeting_id: int) -> Response | tuple[str, int]:
    form = MinutesForm()
    return _handled(
        meeting_id,
        "review/close.html",
        form,
        lambda connection: review.close_meeting(
            connection, actor().account_id, meeting_id, said(form.minutes), clock.now()
        ),
        _("Phiên bình xét đã kết thúc. Kết quả không sửa được nữa."),
    )


@pages.route("/huy", methods=["GET", "POST"])
@access_rule(roles=REVIEWERS)
def cancelling(meeting_id: int) -> Response | tuple[str, int]:
    form = ReasonForm()
    return _handled(
        meeting_id,
        "review/cancel.html",
        form,
        lambda connection: review.cancel_meeting(
            connection, actor().account_id, meeting_id, said(form.reason), clock.now()
        ),
        _("Đã huỷ phiên bình xét."),
    )


def _meeting(meeting_id: int) -> MeetingView:
    return review.meeting(reading(), actor(), meeting_id, local_date(clock.now()))


def _handled(
    meeting_id: int,
    template: str,
    form: PageForm,
    act: Callable[[Connection], object],
    done: str,
    **facts: Any,
) -> Response | tuple[str, int]:
    """The page of one thing to do with a meeting, and doing it when it was sent."""
    refusal: Refusal | None = None
    if form.is_submitted():
        try:
            with writing() as connection:
                act(connection)
        except Refusal as refused:
            refusal = refused
        else:
            say(done)
            return redirect(url_for("review.shown", meeting_id=meeting_id))
    return page_again(template, form, refusal, meeting=_meeting(meeting_id), **facts)


def _attendance(
    meeting_id: int, act: Callable[..., None], done: str, *, title: str, button: str
) -> Response | tuple[str, int]:
    seen = _meeting(meeting_id)
    present = request.form.getlist("present")
    if request.method == "GET":
        # Before the opening everybody is expected to come.
        present = [one.user_name for one in seen.members if one.present or seen.status == "prepared"]
    return _handled(
        meeting_id,
        "review/attendance.html",
        ListForm(),
        lambda connection: act(connection, actor().account_id, meeting_id, present, clock.now()),
        done,
        present=present,
        title=title,
        button=button,
    )


def _record(connection: Connection, seen: MeetingView) -> None:
    chosen = votes_in(seen, request.form)
    counts = counts_in(seen, request.form) if seen.ballot == "secret" else []
    if not chosen and not counts:
        raise InvalidInput({"votes": _("Chưa chọn phiếu nào. Hãy chọn ít nhất một phiếu rồi ghi.")})
    unreadable = [count.code for count in counts if count.figures is None]
    if unreadable:
        raise InvalidInput(
            {"votes": _("Hãy ghi đủ ba con số (0 nếu không có) cho: %(codes)s.", codes=", ".join(unreadable))}
        )
    if chosen:
        review.record_votes(connection, actor().account_id, seen.id, chosen, clock.now())
    for count in counts:
        if count.figures is not None:
            review.record_ballots(connection, actor().account_id, seen.id, count.code, *count.figures, clock.now())
