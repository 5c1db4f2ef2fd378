"""`dvk meeting`: a review meeting from its preparation to its close."""

from __future__ import annotations

from typing import Any

import click

from web.cli import arguments, console, installation
from web.cli.shapes import Meeting, Members, Vote, Votes
from web.serving import clock
from workflow.core import access
from workflow.core.labels import DUTIES, MEETING_STATUSES, in_sentence
from workflow.ground.speech import _, mark, spoken_day
from workflow.ground.vietnam_time import local_date
from workflow.stages.review import agenda as of_agenda
from workflow.stages.review import ballots as of_ballots
from workflow.stages.review import commands as review
from workflow.stages.review import committee
from workflow.stages.review import view as review_view
from workflow.stages.review.committee import Member
from workflow.stages.review.minutes import add_note
from workflow.stages.review.result import Result
from workflow.stages.review.view import MeetingView

_NUMBER = click.argument("number", metavar=mark("PHIÊN"), type=click.IntRange(1, 2**53))


@click.group("meeting", help=mark("Phiên bình xét."))
def meeting_command() -> None:
    """Holds the commands below."""


@meeting_command.command(
    "prepare",
    help=mark(
        'Chuẩn bị một phiên: {"unit", "title", "held_on", "place", "ballot", "members": [{"user_name",'
        ' "duty"}], "models"}.'
    ),
)
@click.option("--year", required=True, type=int, metavar=mark("NĂM"), help=mark("Năm thi đua."))
@arguments.data()
@arguments.by()
def prepare(year: int, data_file: str, who: str) -> None:
    given = arguments.built(Meeting, arguments.read_json(data_file), lists={"members": Member})
    with installation.writing() as connection:
        number = review.prepare_meeting(
            connection,
            who,
            clock.now(),
            given.unit,
            year,
            title=given.title,
            held_on=given.held_on,
            place=given.place,
            ballot=given.ballot,
            members=given.members,
            models=given.models,
        )
    console.message(_("Đã chuẩn bị phiên bình xét %(number)s.", number=number))
    console.result(str(number))


@meeting_command.command(
    "members",
    help=mark(
        'Thay danh sách thành viên: {"members": [{"user_name": "…", "duty": "member"}], "guests": ["…"]}; guests tuỳ ý.'
    ),
)
@_NUMBER
@arguments.data()
@arguments.by()
def members(number: int, data_file: str, who: str) -> None:
    given = arguments.built(Members, arguments.read_json(data_file), lists={"members": Member})
    with installation.writing() as connection:
        committee.set_members(connection, who, clock.now(), number, given.members, guests=given.guests)
    console.message(_("Phiên %(number)s có %(count)s thành viên.", number=number, count=len(given.members)))


@meeting_command.command("guests", help=mark("Thay danh sách khách mời: mỗi người một đối số, họ tên và chức vụ."))
@_NUMBER
@click.argument("guests", nargs=-1, metavar=mark("KHÁCH…"))
@arguments.by()
def guests(number: int, guests: tuple[str, ...], who: str) -> None:
    with installation.writing() as connection:
        now = clock.now()
        seen = review_view.meeting(connection, access.actor(connection, who, now), number, local_date(now))
        members = [Member(one.user_name, one.duty) for one in seen.members]
        committee.set_members(connection, who, now, number, members, guests=guests)
    console.message(_("Phiên %(number)s có %(count)s khách mời.", number=number, count=len(guests)))


@meeting_command.command("agenda", help=mark("Thay chương trình của phiên bằng các mô hình này, theo thứ tự."))
@_NUMBER
@click.argument("codes", nargs=-1, metavar=mark("MÃ…"))
@arguments.by()
def agenda(number: int, codes: tuple[str, ...], who: str) -> None:
    with installation.writing() as connection:
        of_agenda.set_agenda(connection, who, clock.now(), number, codes)
    console.message(_("Phiên %(number)s xét %(count)s mô hình.", number=number, count=len(codes)))


@meeting_command.command("open", help=mark("Mở phiên: chốt thành viên và quy tắc, đưa các mô hình vào bình xét."))
@_NUMBER
@click.option("--present", multiple=True, metavar=mark("NGƯỜI"), help=mark("Thành viên có mặt; nêu nhiều lần."))
@arguments.by()
def open_(number: int, present: tuple[str, ...], who: str) -> None:
    with installation.writing() as connection:
        review.open_meeting(connection, who, clock.now(), number, present)
    console.message(_("Đã mở phiên %(number)s, %(count)s người có mặt.", number=number, count=len(present)))


@meeting_command.command("present", help=mark("Điểm danh lại trong khi họp: nêu tất cả người có mặt."))
@_NUMBER
@click.argument("present", nargs=-1, metavar=mark("NGƯỜI…"))
@arguments.by()
def present(number: int, present: tuple[str, ...], who: str) -> None:
    with installation.writing() as connection:
        committee.mark_present(connection, who, clock.now(), number, present)
    console.message(_("Phiên %(number)s: %(count)s người có mặt.", number=number, count=len(present)))


@meeting_command.command(
    "vote",
    help=mark(
        'Ghi phiếu: MÃ NGƯỜI for|against|abstain, hoặc --data {"votes": [{"code", "member", "choice", "written"}]}.'
    ),
)
@_NUMBER
@click.argument("vote", nargs=-1, metavar=mark("[MÃ NGƯỜI LỰA_CHỌN]"))
@click.option("--written", is_flag=True, help=mark("Phiếu bằng văn bản của người vắng mặt."))
@arguments.data(required=False)
@arguments.by()
def vote(number: int, vote: tuple[str, ...], written: bool, data_file: str | None, who: str) -> None:
    if (len(vote) == 3) == (data_file is not None) or len(vote) not in (0, 3):
        raise click.UsageError(_("cần MÃ NGƯỜI LỰA_CHỌN, hoặc --data TỆP.json."))
    if data_file is not None:
        votes = list(arguments.built(Votes, arguments.read_json(data_file), lists={"votes": Vote}).votes)
    else:
        votes = [Vote(vote[0], vote[1], vote[2], written)]
    with installation.writing() as connection:
        of_ballots.record_votes(
            connection, who, clock.now(), number, [(v.code, v.member, v.choice, v.written) for v in votes]
        )
    console.message(_("Đã ghi %(count)s phiếu ở phiên %(number)s.", count=len(votes), number=number))


@meeting_command.command("ballots", help=mark("Ghi kết quả kiểm phiếu kín của một mô hình."))
@_NUMBER
@click.argument("code", metavar=mark("MÃ"))
@click.option("--for", "for_", required=True, type=click.IntRange(0, 10_000), help=mark("Phiếu thuận."))
@click.option("--against", required=True, type=click.IntRange(0, 10_000), help=mark("Phiếu không thuận."))
@click.option("--abstain", required=True, type=click.IntRange(0, 10_000), help=mark("Phiếu trắng, không ý kiến."))
@arguments.by()
def ballots(number: int, code: str, for_: int, against: int, abstain: int, who: str) -> None:
    with installation.writing() as connection:
        of_ballots.record_ballots(connection, who, clock.now(), number, code, for_, against, abstain)
    console.message(_("Đã ghi kiểm phiếu của %(code)s.", code=code))


@meeting_command.command("close", help=mark("Kết thúc phiên: đếm và chốt kết quả. Sau đó không sửa được."))
@_NUMBER
@click.option("--minutes", metavar=mark("VĂN_BẢN"), help=mark("Biên bản; hoặc --minutes-file."))
@click.option("--minutes-file", metavar=mark("TỆP"), help=mark("Tệp văn bản UTF-8 chứa biên bản; - là stdin."))
@click.option(
    "--not-returned", is_flag=True, help=mark("Phiếu còn thiếu của người có mặt không được nộp lại; biên bản ghi rõ.")
)
@arguments.by()
@arguments.form()
def close(number: int, minutes: str | None, minutes_file: str | None, not_returned: bool, who: str, form: str) -> None:
    if (minutes is None) == (minutes_file is None):
        raise click.UsageError(_("cần --minutes hoặc --minutes-file."))
    text = arguments.read_text(minutes_file) if minutes_file is not None else minutes or ""
    with installation.writing() as connection:
        review.close_meeting(connection, who, clock.now(), number, text, not_returned=not_returned)
    console.message(_("Đã kết thúc phiên %(number)s.", number=number))
    _show(number, who, form)


@meeting_command.command("note", help=mark("Ghi chú vào biên bản của một phiên đã kết thúc; biên bản giữ nguyên."))
@_NUMBER
@click.argument("text", metavar=mark("GHI_CHÚ"))
@arguments.by()
def note(number: int, text: str, who: str) -> None:
    with installation.writing() as connection:
        add_note(connection, who, clock.now(), number, text)
    console.message(_("Đã ghi chú vào biên bản phiên %(number)s.", number=number))


@meeting_command.command("cancel", help=mark("Huỷ một phiên chưa kết thúc."))
@_NUMBER
@click.option("--reason", required=True, metavar=mark("LÝ_DO"), help=mark("Lý do huỷ."))
@arguments.by()
def cancel(number: int, reason: str, who: str) -> None:
    with installation.writing() as connection:
        review.cancel_meeting(connection, who, clock.now(), number, reason)
    console.message(_("Đã huỷ phiên %(number)s.", number=number))


@meeting_command.command("show", help=mark("Một phiên với thành viên, chương trình và kết quả."))
@_NUMBER
@arguments.by()
@arguments.form()
def show(number: int, who: str, form: str) -> None:
    _show(number, who, form)


@meeting_command.command("list", help=mark("Các phiên của một năm trong phạm vi của người xem."))
@click.option("--year", required=True, type=int, metavar=mark("NĂM"), help=mark("Năm thi đua."))
@arguments.by()
@arguments.form()
def listing(year: int, who: str, form: str) -> None:
    with installation.reading() as connection:
        found = review_view.meetings(connection, access.actor(connection, who, clock.now()), year)
    if form == "json":
        console.as_json(
            [
                {
                    "id": m.id,
                    "unit": m.unit_name,
                    "title": m.title,
                    "held_on": m.held_on,
                    "status": m.status,
                    "members": m.members,
                    "models": m.models,
                    "carried": m.carried,
                }
                for m in found
            ]
        )
        return
    console.table(
        (_("Phiên"), _("Ngày"), _("Đơn vị"), _("Tên"), _("Tình trạng"), _("Mô hình"), _("Đủ phiếu")),
        [
            (
                m.id,
                f"{m.held_on:%d/%m/%Y}",
                m.unit_name,
                m.title,
                in_sentence(MEETING_STATUSES[m.status]),
                m.models,
                m.carried,
            )
            for m in found
        ],
        right=(0, 5, 6),
    )


def _show(number: int, who: str, form: str) -> None:
    now = clock.now()
    with installation.reading() as connection:
        view = review_view.meeting(connection, access.actor(connection, who, now), number, local_date(now))
    if form == "json":
        console.as_json(_document(view))
        return
    console.result(
        _(
            "Phiên %(id)s: %(title)s, %(unit_name)s, %(held_on)s, %(status)s",
            id=view.id,
            title=view.title,
            unit_name=view.unit_name,
            held_on=spoken_day(view.held_on),
            status=in_sentence(MEETING_STATUSES[view.status]),
        )
    )
    console.table(
        (_("Thành viên"), _("Họ tên"), _("Nhiệm vụ"), _("Có mặt")),
        [(m.user_name, m.full_name, str(DUTIES[m.duty]), _("có") if m.present else "") for m in view.members],
    )
    if view.guests:
        console.result(_("Khách mời: %(guests)s", guests="; ".join(view.guests)))
    for one in view.notes:
        console.result(_("Ghi chú (%(written_by)s): %(text)s", written_by=one.written_by, text=one.text))
    console.result("")
    console.table(
        (_("Mã"), _("Tên mô hình"), _("Thuận"), _("Không"), _("Trắng"), _("Cần"), _("Kết quả")),
        [
            (
                item.code,
                item.name,
                item.result.votes_for,
                item.result.votes_against,
                item.result.votes_abstaining,
                item.result.needed_votes,
                _("đạt") if item.result.carried else item.result.reason,
            )
            for item in view.agenda
        ],
        right=(2, 3, 4, 5),
    )


def _document(view: MeetingView) -> dict[str, Any]:
    return {
        "id": view.id,
        "year": view.year,
        "unit": view.unit_code,
        "title": view.title,
        "held_on": view.held_on,
        "place": view.place,
        "ballot": view.ballot,
        "status": view.status,
        "minutes": view.minutes,
        "version": view.version,
        "members": [
            {"user_name": m.user_name, "full_name": m.full_name, "duty": m.duty, "present": m.present}
            for m in view.members
        ],
        "guests": list(view.guests),
        "notes": [{"text": one.text, "at": one.written_at, "by": one.written_by} for one in view.notes],
        "agenda": [
            {
                "code": item.code,
                "name": item.name,
                "registrant": item.registrant,
                "state": item.state,
                "votes": dict(item.votes),
                "written": sorted(item.written),
                "must_abstain": sorted(item.must_abstain),
                "ballots": item.ballots,
                "result": _result(item.result),
            }
            for item in view.agenda
        ],
    }


def _result(result: Result) -> dict[str, Any]:
    return {
        "members": result.members,
        "present": result.present,
        "needed_present": result.needed_present,
        "quorum": result.quorum,
        "for": result.votes_for,
        "against": result.votes_against,
        "abstaining": result.votes_abstaining,
        "needed_votes": result.needed_votes,
        "carried": result.carried,
        "reason": result.reason,
    }
