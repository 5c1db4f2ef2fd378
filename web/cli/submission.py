"""`dvk submission`: what goes up to the recognising body."""

from __future__ import annotations

from typing import Any

import click

from web.cli import arguments, console, installation
from web.cli.shapes import Submission
from web.serving import clock
from workflow.core import access
from workflow.ground.speech import _, mark
from workflow.stages.recognition import submission
from workflow.stages.recognition import view as recognition_view
from workflow.stages.recognition.view import SubmissionView

_NUMBER = click.argument("key", metavar=mark("TỜ_TRÌNH"), type=click.IntRange(1, 2**53))


@click.group("submission", help=mark("Tờ trình và danh sách trích ngang."))
def submission_command() -> None:
    """Holds the commands below."""


@submission_command.command(
    "prepare",
    help=mark('Lập tờ trình từ một phiên đã kết thúc: {"reports": {"MÃ": "…"}, "results": {…}, "number": "", …}.'),
)
@click.argument("meeting", metavar=mark("PHIÊN"), type=click.IntRange(1, 2**53))
@arguments.data()
@arguments.by()
def prepare(meeting: int, data_file: str, who: str) -> None:
    given = arguments.built(Submission, arguments.read_json(data_file))
    with installation.writing() as connection:
        key = submission.prepare_submission(
            connection,
            who,
            clock.now(),
            meeting,
            reports=given.reports,
            results=given.results,
            number=given.number,
            dated=given.dated,
            signer=given.signer,
            declared_models=given.declared_models,
        )
    console.message(_("Đã lập tờ trình %(key)s.", key=key))
    console.result(str(key))


@submission_command.command("number", help=mark("Ghi số, ngày và người ký do văn thư cấp."))
@_NUMBER
@click.option("--number", required=True, metavar=mark("SỐ"), help=mark("Số văn bản, ví dụ 12-TTr/BCĐ."))
@click.option("--dated", required=True, metavar=mark("NGÀY"), help=mark("Ngày văn bản."))
@click.option("--signer", required=True, metavar=mark("NGƯỜI_KÝ"), help=mark("Họ tên người ký."))
@arguments.by()
def number(key: int, number: str, dated: str, signer: str, who: str) -> None:
    with installation.writing() as connection:
        submission.number_submission(connection, who, clock.now(), key, number, dated, signer)
    console.message(_("Đã ghi số tờ trình %(key)s.", key=key))


@submission_command.command("report", help=mark("Ghi hoặc thay báo cáo thành tích của một mô hình trong tờ trình."))
@_NUMBER
@click.argument("code", metavar=mark("MÃ"))
@click.option("--text-file", required=True, metavar=mark("TỆP"), help=mark("Tệp văn bản UTF-8; - là stdin."))
@arguments.by()
def report(key: int, code: str, text_file: str, who: str) -> None:
    text = arguments.read_text(text_file)
    with installation.writing() as connection:
        submission.save_report(connection, who, clock.now(), key, code, text)
    console.message(_("Đã ghi báo cáo thành tích của %(code)s.", code=code))


@submission_command.command("list", help=mark("Các tờ trình của một năm trong phạm vi của người xem."))
@click.option("--year", required=True, type=int, metavar=mark("NĂM"), help=mark("Năm thi đua."))
@arguments.by()
@arguments.form()
def listing(year: int, who: str, form: str) -> None:
    with installation.reading() as connection:
        found = recognition_view.submissions(connection, access.actor(connection, who, clock.now()), year)
    if form == "json":
        console.as_json([_summary(view) for view in found])
        return
    console.table(
        (_("Tờ trình"), _("Số"), _("Ngày"), _("Từ"), _("Đến"), _("Khai"), _("Danh sách"), _("Báo cáo")),
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


@submission_command.command("show", help=mark("Một tờ trình với danh sách trích ngang và chỗ chưa khớp."))
@_NUMBER
@arguments.by()
@arguments.form()
def show(key: int, who: str, form: str) -> None:
    with installation.reading() as connection:
        view = recognition_view.submission_view(connection, access.actor(connection, who, clock.now()), key)
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
        (_("TT"), _("Mã"), _("Tên mô hình"), _("Đăng ký"), _("Lĩnh vực"), _("Phiếu thuận"), _("Báo cáo")),
        [
            (
                line.position,
                line.code,
                line.model_name,
                line.registrant,
                line.field_label,
                f"{line.votes_for}/{line.members}",
                _("có") if line.report else _("chưa"),
            )
            for line in view.roster
        ],
        right=(0, 5),
    )
    for difference in view.differences:
        console.message(_("Chưa khớp: %(difference)s", difference=difference))


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
