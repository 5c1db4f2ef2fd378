"""`dvk meeting`: a review meeting from its preparation to its close."""

from __future__ import annotations

from typing import Any

import click

from web import clock
from web.cli import arguments, console, installation
from web.cli.shapes import Meeting, Members, Vote, Votes
from workflow import access
from workflow.calendar import local_date
from workflow.review import review
from workflow.review.review import MeetingView, Member
from workflow.review.review_result import Result

_STATUS = {"prepared": "đang chuẩn bị", "open": "đang họp", "closed": "đã kết thúc", "cancelled": "đã huỷ"}
_NUMBER = click.argument("number", metavar="PHIÊN", type=click.IntRange(1, 2**53))


@click.group("meeting", help="Phiên bình xét.")
def meeting_command() -> None:
    """Holds the commands below."""


@meeting_command.command(
    "prepare",
    help='Chuẩn bị một phiên: {"unit", "title", "held_on", "place", "ballot", "members": [{"user_name", "duty"}], "models"}.',
)
@click.option("--year", required=True, type=int, metavar="NĂM", help="Năm thi đua.")
@arguments.data()
@arguments.by()
def prepare(year: int, data_file: str, who: str) -> None:
    given = arguments.built(Meeting, arguments.read_json(data_file), lists={"members": Member})
    with installation.opened() as database, database.write() as connection:
        number = review.prepare_meeting(
            connection,
            who,
            given.unit,
            year,
            clock.now(),
            title=given.title,
            held_on=given.held_on,
            place=given.place,
            ballot=given.ballot,
            members=given.members,
            models=given.models,
        )
    console.message(f"Đã chuẩn bị phiên bình xét {number}.")
    console.result(str(number))


@meeting_command.command(
    "members",
    help='Thay danh sách thành viên: {"members": [{"user_name": "…", "duty": "member"}], "guests": ["…"]}; guests tuỳ ý.',
)
@_NUMBER
@arguments.data()
@arguments.by()
def members(number: int, data_file: str, who: str) -> None:
    given = arguments.built(Members, arguments.read_json(data_file), lists={"members": Member})
    with installation.opened() as database, database.write() as connection:
        review.set_members(connection, who, number, given.members, clock.now(), guests=given.guests)
    console.message(f"Phiên {number} có {len(given.members)} thành viên.")


@meeting_command.command("guests", help="Thay danh sách khách mời: mỗi người một đối số, họ tên và chức vụ.")
@_NUMBER
@click.argument("guests", nargs=-1, metavar="KHÁCH…")
@arguments.by()
def guests(number: int, guests: tuple[str, ...], who: str) -> None:
    with installation.opened() as database, database.write() as connection:
        now = clock.now()
        seen = review.meeting(connection, access.actor(connection, who, now), number, local_date(now))
        members = [Member(one.user_name, one.duty) for one in seen.members]
        review.set_members(connection, who, number, members, now, guests=guests)
    console.message(f"Phiên {number} có {len(guests)} khách mời.")


@meeting_command.command("agenda", help="Thay chương trình của phiên bằng các mô hình này, theo thứ tự.")
@_NUMBER
@click.argument("codes", nargs=-1, metavar="MÃ…")
@arguments.by()
def agenda(number: int, codes: tuple[str, ...], who: str) -> None:
    with installation.opened() as database, database.write() as connection:
        review.set_agenda(connection, who, number, codes, clock.now())
    console.message(f"Phiên {number} xét {len(codes)} mô hình.")


@meeting_command.command("open", help="Mở phiên: chốt thành viên và quy tắc, đưa các mô hình vào bình xét.")
@_NUMBER
@click.option("--present", multiple=True, metavar="NGƯỜI", help="Thành viên có mặt; nêu nhiều lần.")
@arguments.by()
def open_(number: int, present: tuple[str, ...], who: str) -> None:
    with installation.opened() as database, database.write() as connection:
        review.open_meeting(connection, who, number, present, clock.now())
    console.message(f"Đã mở phiên {number}, {len(present)} người có mặt.")


@meeting_command.command("present", help="Điểm danh lại trong khi họp: nêu tất cả người có mặt.")
@_NUMBER
@click.argument("present", nargs=-1, metavar="NGƯỜI…")
@arguments.by()
def present(number: int, present: tuple[str, ...], who: str) -> None:
    with installation.opened() as database, database.write() as connection:
        review.mark_present(connection, who, number, present, clock.now())
    console.message(f"Phiên {number}: {len(present)} người có mặt.")


@meeting_command.command(
    "vote",
    help='Ghi phiếu: MÃ NGƯỜI for|against|abstain, hoặc --data {"votes": [{"code", "member", "choice", "written"}]}.',
)
@_NUMBER
@click.argument("vote", nargs=-1, metavar="[MÃ NGƯỜI LỰA_CHỌN]")
@click.option("--written", is_flag=True, help="Phiếu bằng văn bản của người vắng mặt.")
@arguments.data(required=False)
@arguments.by()
def vote(number: int, vote: tuple[str, ...], written: bool, data_file: str | None, who: str) -> None:
    if (len(vote) == 3) == (data_file is not None) or len(vote) not in (0, 3):
        raise click.UsageError("cần MÃ NGƯỜI LỰA_CHỌN, hoặc --data TỆP.json.")
    if data_file is not None:
        votes = list(arguments.built(Votes, arguments.read_json(data_file), lists={"votes": Vote}).votes)
    else:
        votes = [Vote(vote[0], vote[1], vote[2], written)]
    with installation.opened() as database, database.write() as connection:
        review.record_votes(
            connection, who, number, [(v.code, v.member, v.choice, v.written) for v in votes], clock.now()
        )
    console.message(f"Đã ghi {len(votes)} phiếu ở phiên {number}.")


@meeting_command.command("ballots", help="Ghi kết quả kiểm phiếu kín của một mô hình.")
@_NUMBER
@click.argument("code", metavar="MÃ")
@click.option("--for", "for_", required=True, type=click.IntRange(0, 10_000), help="Phiếu thuận.")
@click.option("--against", required=True, type=click.IntRange(0, 10_000), help="Phiếu không thuận.")
@click.option("--abstain", required=True, type=click.IntRange(0, 10_000), help="Phiếu trắng, không ý kiến.")
@arguments.by()
def ballots(number: int, code: str, for_: int, against: int, abstain: int, who: str) -> None:
    with installation.opened() as database, database.write() as connection:
        review.record_ballots(connection, who, number, code, for_, against, abstain, clock.now())
    console.message(f"Đã ghi kiểm phiếu của {code}.")


@meeting_command.command("close", help="Kết thúc phiên: đếm và chốt kết quả. Sau đó không sửa được.")
@_NUMBER
@click.option("--minutes", metavar="VĂN_BẢN", help="Biên bản; hoặc --minutes-file.")
@click.option("--minutes-file", metavar="TỆP", help="Tệp văn bản UTF-8 chứa biên bản; - là stdin.")
@arguments.by()
@arguments.form()
def close(number: int, minutes: str | None, minutes_file: str | None, who: str, form: str) -> None:
    if (minutes is None) == (minutes_file is None):
        raise click.UsageError("cần --minutes hoặc --minutes-file.")
    text = arguments.read_text(minutes_file) if minutes_file is not None else minutes or ""
    with installation.opened() as database, database.write() as connection:
        review.close_meeting(connection, who, number, text, clock.now())
    console.message(f"Đã kết thúc phiên {number}.")
    _show(number, who, form)


@meeting_command.command("note", help="Ghi chú vào biên bản của một phiên đã kết thúc; biên bản giữ nguyên.")
@_NUMBER
@click.argument("text", metavar="GHI_CHÚ")
@arguments.by()
def note(number: int, text: str, who: str) -> None:
    with installation.opened() as database, database.write() as connection:
        review.add_note(connection, who, number, text, clock.now())
    console.message(f"Đã ghi chú vào biên bản phiên {number}.")


@meeting_command.command("cancel", help="Huỷ một phiên chưa kết thúc.")
@_NUMBER
@click.option("--reason", required=True, metavar="LÝ_DO", help="Lý do huỷ.")
@arguments.by()
def cancel(number: int, reason: str, who: str) -> None:
    with installation.opened() as database, database.write() as connection:
        review.cancel_meeting(connection, who, number, reason, clock.now())
    console.message(f"Đã huỷ phiên {number}.")


@meeting_command.command("show", help="Một phiên với thành viên, chương trình và kết quả.")
@_NUMBER
@arguments.by()
@arguments.form()
def show(number: int, who: str, form: str) -> None:
    _show(number, who, form)


@meeting_command.command("list", help="Các phiên của một năm trong phạm vi của người xem.")
@click.option("--year", required=True, type=int, metavar="NĂM", help="Năm thi đua.")
@arguments.by()
@arguments.form()
def listing(year: int, who: str, form: str) -> None:
    with installation.opened() as database, database.read() as connection:
        found = review.meetings(connection, access.actor(connection, who, clock.now()), year)
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
        ("Phiên", "Ngày", "Đơn vị", "Tên", "Tình trạng", "Mô hình", "Đạt"),
        [(m.id, f"{m.held_on:%d/%m/%Y}", m.unit_name, m.title, _STATUS[m.status], m.models, m.carried) for m in found],
        right=(0, 5, 6),
    )


def _show(number: int, who: str, form: str) -> None:
    now = clock.now()
    with installation.opened() as database, database.read() as connection:
        view = review.meeting(connection, access.actor(connection, who, now), number, local_date(now))
    if form == "json":
        console.as_json(_document(view))
        return
    console.result(f"Phiên {view.id}: {view.title}, {view.unit_name}, {view.held_on:%d/%m/%Y}, {_STATUS[view.status]}")
    console.table(
        ("Thành viên", "Họ tên", "Nhiệm vụ", "Có mặt"),
        [(m.user_name, m.full_name, review.DUTIES[m.duty], "có" if m.present else "") for m in view.members],
    )
    if view.guests:
        console.result(f"Khách mời: {'; '.join(view.guests)}")
    for one in view.notes:
        console.result(f"Ghi chú ({one.written_by}): {one.text}")
    console.result("")
    console.table(
        ("Mã", "Tên mô hình", "Thuận", "Không", "Trắng", "Cần", "Kết quả"),
        [
            (
                item.code,
                item.name,
                item.result.votes_for,
                item.result.votes_against,
                item.result.votes_abstaining,
                item.result.needed_votes,
                "đạt" if item.result.carried else item.result.reason,
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
