"""`dvk audit`: proof that the history is whole."""

from __future__ import annotations

import click

from web.cli import arguments, console, installation
from web.serving import clock
from workflow.across.oversight import audit
from workflow.ground.speech import _, mark


@click.group("audit", help=mark("Kiểm chứng lịch sử."))
def audit_command() -> None:
    """Holds the commands below."""


@audit_command.command(
    "verify", help=mark("Tính lại mọi chuỗi băm và diễn lại mọi mô hình; nêu mắt xích hỏng đầu tiên.")
)
@click.option(
    "--root", "expected", metavar=mark("MÃ"), help=mark("Mã neo đã lưu ở nơi khác; phải có trong các mốc neo.")
)
@arguments.form()
def verify(expected: str | None, form: str) -> int:
    with installation.reading() as connection:
        findings = audit.verify(connection, expected_root=expected)
    if form == "json":
        console.as_json([{"subject": f.subject, "seq": f.seq, "message": f.message} for f in findings])
    else:
        for finding in findings:
            console.result(str(finding))
    console.message(_("Lịch sử hỏng ở %(count)s chỗ.", count=len(findings)) if findings else _("Lịch sử nguyên vẹn."))
    return 1 if findings else 0


@audit_command.command("anchor", help=mark("Neo các ngày đã qua; nên in ra và cất ở nơi khác."))
@arguments.form()
def anchor(form: str) -> None:
    with installation.writing() as connection:
        made = audit.make_anchors(connection, clock.now())
    if form == "json":
        console.as_json([{"day": a.day, "entries": a.entries, "root": a.root} for a in made])
    elif made:
        console.table(
            (_("Ngày"), _("Số mục"), _("Mã neo")), [(f"{a.day:%d/%m/%Y}", a.entries, a.root) for a in made], right=(1,)
        )
    if not made:
        console.message(_("Không có ngày nào cần neo."))
