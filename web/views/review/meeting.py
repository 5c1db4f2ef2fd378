"""What is done with one review meeting: members, agenda, opening, attendance, votes, close."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from web.forms.answers import Answer, Done, act, page_again, status_of
from web.forms.base import PageForm, said
from web.forms.review import (
    AgendaForm,
    ListForm,
    MembersForm,
    MinutesForm,
    NoteForm,
    ReasonForm,
    agenda_in,
    counts_in,
    members_in,
    votes_in,
)
from web.serving import clock
from web.serving.access_rules import REVIEWERS, access_rule
from web.serving.transactions import reading
from web.serving.visitor import actor
from web.words.meanwhile import News, meeting_news
from workflow.across.lists import listing
from workflow.core.lifecycles import store
from workflow.core.people.places import people_for
from workflow.core.programmes import stored
from workflow.ground.database import Connection
from workflow.ground.refusals import Conflict, InvalidInput, NotPossible
from workflow.ground.speech import _
from workflow.ground.vietnam_time import local_date
from workflow.stages.review import agenda as of_agenda
from workflow.stages.review import ballots, committee
from workflow.stages.review import commands as review
from workflow.stages.review import minutes as of_minutes
from workflow.stages.review import view as review_view
from workflow.stages.review.agenda import reviewable
from workflow.stages.review.ballots import RECORDING_DUTIES
from workflow.stages.review.since import done_since
from workflow.stages.review.view import MeetingView

pages = Blueprint("meeting", __name__, url_prefix="/phien-binh-xet/<int:meeting_id>")


@pages.route("/thanh-vien", methods=["GET", "POST"])
@access_rule(roles=REVIEWERS)
def members(meeting_id: int) -> Answer:
    seen = _meeting(meeting_id)
    people = people_for(reading(), seen.unit_path, None, _today())
    chosen = {one.user_name: one.duty for one in seen.members}
    # Proposed: everybody who holds a role of the committee at this very place.
    proposed = not chosen and request.method == "GET"
    if proposed:
        chosen = {one.user_name: "member" for one in people_for(reading(), seen.unit_path, REVIEWERS, _today())}
    if request.method == "POST":
        chosen = {one.user_name: one.duty for one in members_in(request.form)}
    form = MembersForm(data={"version": str(seen.version), "guests": "\n".join(seen.guests)})
    return _handled(
        meeting_id,
        "review/members.html",
        form,
        lambda connection: committee.set_members(
            connection,
            actor().account_id,
            clock.now(),
            meeting_id,
            members_in(request.form),
            guests=said(form.guests).splitlines(),
            version=form.present,
        ),
        _("Đã lưu danh sách thành viên."),
        people=people,
        chosen=chosen,
        proposed=proposed,
    )


@pages.route("/chuong-trinh", methods=["GET", "POST"])
@access_rule(roles=REVIEWERS)
def agenda(meeting_id: int) -> Answer:
    seen = _meeting(meeting_id)
    year = stored.year(reading(), seen.year)
    definition = store.definition(reading(), year.definition_hash)
    states = tuple(sorted(reviewable(definition)))
    filters = listing.Filters(year_id=year.id, states=states, unit_path=seen.unit_path)
    rows = listing.page(reading(), actor(), filters, "", listing.LARGEST_PAGE, "unit").rows
    order = {item.code: str(place) for place, item in enumerate(seen.agenda, 1)}
    if request.method == "POST":
        order = {code: request.form.get(f"order-{code}", "") for code in request.form.getlist("code")}
    form = AgendaForm(data={"version": str(seen.version)})
    # Those on the agenda first, in its order, so that dragging and reading down the page agree.
    listed = {row.code: row for row in rows}
    shown = [*(listed.pop(code) for code in order if code in listed), *listed.values()]
    # More than a page has rows for is on the agenda all the same.
    unlisted = [item.code for item in seen.agenda if item.code not in {row.code for row in rows}]
    return _handled(
        meeting_id,
        "review/agenda.html",
        form,
        lambda connection: of_agenda.set_agenda(
            connection,
            actor().account_id,
            clock.now(),
            meeting_id,
            agenda_in(request.form.getlist("code"), request.form),
            version=form.present,
        ),
        _("Đã lưu chương trình."),
        rows=shown,
        unlisted=unlisted,
        order=order,
    )


@pages.route("/khai-mac", methods=["GET", "POST"])
@access_rule(roles=REVIEWERS)
def opening(meeting_id: int) -> Answer:
    """The check page before members and rules are frozen."""
    seen = _meeting(meeting_id)
    form = ListForm(data={"version": str(seen.version)})
    present = request.form.getlist("present")
    if request.method == "GET":
        # Everybody is expected to come.
        present = [one.user_name for one in seen.members]
    return _handled(
        meeting_id,
        "review/attendance.html",
        form,
        lambda connection: review.open_meeting(
            connection, actor().account_id, clock.now(), meeting_id, present, version=form.present
        ),
        _("Phiên bình xét đã khai mạc. Hãy ghi phiếu từng mô hình."),
        after="meeting.votes",
        present=present,
        title=_("Khai mạc phiên bình xét"),
        button=_("Khai mạc"),
    )


@pages.route("/diem-danh", methods=["GET", "POST"])
@access_rule(roles=REVIEWERS)
def attendance(meeting_id: int) -> Answer:
    seen = _meeting(meeting_id)
    present = request.form.getlist("present")
    if request.method == "GET":
        present = [one.user_name for one in seen.members if one.present]
    return _handled(
        meeting_id,
        "review/attendance.html",
        ListForm(),
        lambda connection: committee.mark_present(connection, actor().account_id, clock.now(), meeting_id, present),
        _("Đã điểm danh."),
        after="meeting.votes",
        present=present,
        title=_("Điểm danh"),
        button=_("Lưu điểm danh"),
    )


@pages.route("/phieu", methods=["GET", "POST"])
@access_rule(signed_in=True)
def votes(meeting_id: int) -> Answer:
    """The whole meeting on one page: a row for each model, its dossier in short, the votes, and what comes of them."""
    seen = _meeting(meeting_id)
    if seen.status != "open" and request.method == "GET":
        return redirect(url_for("review.shown", meeting_id=meeting_id))
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
        after="meeting.votes",
        runs=actor().grant_for(REVIEWERS, seen.unit_path) is not None,
        may_count=may_record,
        voters=seen.members if may_record else [one for one in seen.members if one == own],
        typed=request.form if request.method == "POST" else {},
    )


@pages.route("/ket-thuc", methods=["GET", "POST"])
@access_rule(roles=REVIEWERS)
def closing(meeting_id: int) -> Answer:
    """The check page: every result before it is final, and the minutes as the data propose them."""
    seen = _meeting(meeting_id)
    form = MinutesForm(data={"version": str(seen.version), "minutes": of_minutes.proposed_minutes(seen)})
    return _handled(
        meeting_id,
        "review/close.html",
        form,
        lambda connection: review.close_meeting(
            connection,
            actor().account_id,
            clock.now(),
            meeting_id,
            said(form.minutes),
            version=form.present,
            not_returned=bool(form.not_returned.data),
        ),
        _("Phiên bình xét đã kết thúc. Kết quả không sửa được nữa."),
    )


@pages.route("/huy", methods=["GET", "POST"])
@access_rule(roles=REVIEWERS)
def cancelling(meeting_id: int) -> Answer:
    form = ReasonForm()
    return _handled(
        meeting_id,
        "review/cancel.html",
        form,
        lambda connection: review.cancel_meeting(
            connection, actor().account_id, clock.now(), meeting_id, said(form.reason)
        ),
        _("Đã huỷ phiên bình xét."),
    )


@pages.route("/ghi-chu", methods=["GET", "POST"])
@access_rule(roles=REVIEWERS)
def noting(meeting_id: int) -> Answer:
    """A correction after the close is a note of its own."""
    form = NoteForm()
    return _handled(
        meeting_id,
        "review/note.html",
        form,
        lambda connection: of_minutes.add_note(
            connection, actor().account_id, clock.now(), meeting_id, said(form.text)
        ),
        _("Đã ghi chú vào biên bản."),
    )


@pages.get("/bien-ban")
@access_rule(signed_in=True)
def minutes(meeting_id: int) -> str:
    """The minutes as they are printed and signed."""
    return _paper(meeting_id, "review/minutes.html")


@pages.get("/kiem-phieu")
@access_rule(signed_in=True)
def count(meeting_id: int) -> str:
    """The count of the votes as it is printed and signed."""
    return _paper(meeting_id, "review/count.html")


def _paper(meeting_id: int, template: str) -> str:
    seen = _meeting(meeting_id)
    if seen.status not in ("open", "closed"):
        raise NotPossible(_("Phiên chưa khai mạc nên chưa có biên bản."), guard="meeting_status")
    return render_template(template, meeting=seen)


def _today() -> date:
    return local_date(clock.now())


def _meeting(meeting_id: int) -> MeetingView:
    return review_view.meeting(reading(), actor(), meeting_id, _today())


def _handled(
    meeting_id: int,
    template: str,
    form: PageForm,
    command: Callable[[Connection], object],
    done: str,
    *,
    after: str = "review.shown",
    **facts: Any,
) -> Answer:
    """The page of one thing to do with a meeting, and doing it when it was sent. after: the page that follows."""

    def handle(connection: Connection) -> Done:
        command(connection)
        return Done(done, url_for(after, meeting_id=meeting_id))

    if answer := act(form, handle):
        return answer
    seen, refusal = _meeting(meeting_id), form.refusal
    meanwhile = _meanwhile(form, seen) if refusal is not None and status_of(refusal) == 409 else []
    _date(form)
    return page_again(template, form, version=seen.version, meeting=seen, meanwhile=meanwhile, **facts)


def _meanwhile(form: PageForm, seen: MeetingView) -> list[News]:
    """What others did with the meeting since the page was made on which this form stood."""
    field = form._fields.get("opened_at")
    try:
        moment = datetime.fromisoformat(said(field)[:40]) if field is not None else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        return []
    return meeting_news(done_since(reading(), seen.id, [item.model_id for item in seen.agenda], moment))


def _date(form: PageForm) -> None:
    """The page is made now: for a fresh one, and for one that has just told what happened since."""
    field = form._fields.get("opened_at")
    if field is not None and (not form.is_submitted() or isinstance(form.refusal, Conflict)):
        field.data = clock.now().isoformat()


def _record(connection: Connection, seen: MeetingView) -> None:
    if seen.status != "open":
        raise NotPossible(
            _("Phiên bình xét không còn đang họp nên không ghi phiếu nữa. Hãy mở lại trang của phiên để xem."),
            guard="meeting_status",
        )
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
        ballots.record_votes(connection, actor().account_id, clock.now(), seen.id, chosen)
    recorded = [figures for count in counts if (figures := count.recorded()) is not None]
    if recorded:
        ballots.record_counts(connection, actor().account_id, clock.now(), seen.id, recorded)
