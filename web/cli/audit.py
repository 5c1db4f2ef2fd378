"""`dvk audit`: proof that the history is whole."""

from __future__ import annotations

import click

from web import clock
from web.cli import arguments, console, installation
from workflow.oversight import audit


@click.group("audit", help="Kiểm chứng lịch sử.")
def audit_command() -> None:
    """Holds the commands below."""


@audit_command.command("verify", help="Tính lại mọi chuỗi băm và diễn lại mọi mô hình; nêu mắt xích hỏng đầu tiên.")
@click.option("--root", "expected", metavar="MÃ", help="Mã neo đã lưu ở nơi khác; phải có trong các mốc neo.")
@arguments.form()
def verify(expected: str | None, form: str) -> int:
    with installation.opened() as database, database.read() as connection:
        findings = audit.verify(connection, expected_root=expected)
    if form == "json":
        console.as_json([{"subject": f.subject, "seq": f.seq, "message": f.message} for f in findings])
    else:
        for finding in findings:
            console.result(str(finding))
    console.message(f"Lịch sử hỏng ở {len(findings)} chỗ." if findings else "Lịch sử nguyên vẹn.")
    return 1 if findings else 0


@audit_command.command("anchor", help="Neo các ngày đã qua; nên in ra và cất ở nơi khác.")
@arguments.form()
def anchor(form: str) -> None:
    with installation.opened() as database, database.write() as connection:
        made = audit.make_anchors(connection, clock.now())
    if form == "json":
        console.as_json([{"day": a.day, "entries": a.entries, "root": a.root} for a in made])
    elif made:
        console.table(
            ("Ngày", "Số mục", "Mã neo"), [(f"{a.day:%d/%m/%Y}", a.entries, a.root) for a in made], right=(1,)
        )
    if not made:
        console.message("Không có ngày nào cần neo.")
