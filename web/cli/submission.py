"""`dvk submission`: what goes up to the recognising body."""

from __future__ import annotations

from typing import Any

import click

from web import clock
from web.cli import arguments, console, installation
from web.cli.shapes import Submission
from workflow import access
from workflow.recognition import recognition
from workflow.recognition.recognition import SubmissionView

_NUMBER = click.argument("key", metavar="TỜ_TRÌNH", type=click.IntRange(1, 2**53))


@click.group("submission", help="Tờ trình và danh sách trích ngang.")
def submission_command() -> None:
    """Holds the commands below."""


@submission_command.command(
    "prepare", help='Lập tờ trình từ một phiên đã kết thúc: {"reports": {"MÃ": "…"}, "results": {…}, "number": "", …}.'
)
@click.argument("meeting", metavar="PHIÊN", type=click.IntRange(1, 2**53))
@arguments.data()
@arguments.by()
def prepare(meeting: int, data_file: str, who: str) -> None:
    given = arguments.built(Submission, arguments.read_json(data_file))
    with installation.opened() as database, database.write() as connection:
        key = recognition.prepare_submission(
            connection,
            who,
            meeting,
            clock.now(),
            reports=given.reports,
            results=given.results,
            number=given.number,
            dated=given.dated,
            signer=given.signer,
            declared_models=given.declared_models,
        )
    console.message(f"Đã lập tờ trình {key}.")
    console.result(str(key))


@submission_command.command("number", help="Ghi số, ngày và người ký do văn thư cấp.")
@_NUMBER
@click.option("--number", required=True, metavar="SỐ", help="Số văn bản, ví dụ 12-TTr/BCĐ.")
@click.option("--dated", required=True, metavar="NGÀY", help="Ngày văn bản.")
@click.option("--signer", required=True, metavar="NGƯỜI_KÝ", help="Họ tên người ký.")
@arguments.by()
def number(key: int, number: str, dated: str, signer: str, who: str) -> None:
    with installation.opened() as database, database.write() as connection:
        recognition.number_submission(connection, who, key, number, dated, signer, clock.now())
    console.message(f"Đã ghi số tờ trình {key}.")


@submission_command.command("report", help="Ghi hoặc thay báo cáo thành tích của một mô hình trong tờ trình.")
@_NUMBER
@click.argument("code", metavar="MÃ")
@click.option("--text-file", required=True, metavar="TỆP", help="Tệp văn bản UTF-8; - là stdin.")
@arguments.by()
def report(key: int, code: str, text_file: str, who: str) -> None:
    text = arguments.read_text(text_file)
    with installation.opened() as database, database.write() as connection:
        recognition.save_report(connection, who, key, code, text, clock.now())
    console.message(f"Đã ghi báo cáo thành tích của {code}.")


@submission_command.command("list", help="Các tờ trình của một năm trong phạm vi của người xem.")
@click.option("--year", required=True, type=int, metavar="NĂM", help="Năm thi đua.")
@arguments.by()
@arguments.form()
def listing(year: int, who: str, form: str) -> None:
    with installation.opened() as database, database.read() as connection:
        found = recognition.submissions(connection, access.actor(connection, who, clock.now()), year)
    if form == "json":
        console.as_json([_summary(view) for view in found])
        return
    console.table(
        ("Tờ trình", "Số", "Ngày", "Từ", "Đến", "Khai", "Danh sách", "Báo cáo"),
        [
            (
                view.id,
                view.number,
                f"{view.dated:%d/%m/%Y}" if view.dated else "",
                view.unit_name,
                view.to_unit_name,
                view.declared_models,
                view.listed,
                view.reported,
            )
            for view in found
        ],
        right=(0, 5, 6, 7),
    )


@submission_command.command("show", help="Một tờ trình với danh sách trích ngang và chỗ chưa khớp.")
@_NUMBER
@arguments.by()
@arguments.form()
def show(key: int, who: str, form: str) -> None:
    with installation.opened() as database, database.read() as connection:
        view = recognition.submission_view(connection, access.actor(connection, who, clock.now()), key)
    if form == "json":
        roster = [
            {
                "position": line.position,
                "code": line.code,
                "name": line.model_name,
                "registrant": line.registrant,
                "field": line.field_label,
                "results": line.results,
                "votes_for": line.votes_for,
                "members": line.members,
                "state": line.state,
                "report": line.report,
            }
            for line in view.roster
        ]
        console.as_json({**_summary(view), "roster": roster, "differences": list(view.differences)})
        return
    console.table(
        ("TT", "Mã", "Tên mô hình", "Đăng ký", "Lĩnh vực", "Phiếu thuận", "Báo cáo"),
        [
            (
                line.position,
                line.code,
                line.model_name,
                line.registrant,
                line.field_label,
                f"{line.votes_for}/{line.members}",
                "có" if line.report else "chưa",
            )
            for line in view.roster
        ],
        right=(0, 5),
    )
    for difference in view.differences:
        console.message(f"Chưa khớp: {difference}")


def _summary(view: SubmissionView) -> dict[str, Any]:
    return {
        "id": view.id,
        "year": view.year,
        "meeting": view.meeting_id,
        "unit": view.unit_code,
        "to": view.to_unit_name,
        "number": view.number,
        "dated": view.dated,
        "signer": view.signer,
        "declared_models": view.declared_models,
        "listed": view.listed,
        "reported": view.reported,
    }
