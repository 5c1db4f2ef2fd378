"""`dvk decision`: what the recognising body decided, and the second selection among the models of a decision."""

from __future__ import annotations

from typing import Any

import click

from web.cli import arguments, console, installation
from web.serving import clock
from workflow.core import access
from workflow.ground.speech import _, mark
from workflow.stages.recognition import commendation
from workflow.stages.recognition import view as recognition_view
from workflow.stages.recognition.commendation import Chosen

_KEY = click.argument("key", metavar=mark("QUYẾT_ĐỊNH"), type=click.IntRange(1, 2**53))


@click.group("decision", help=mark("Quyết định công nhận và thu hồi."))
def decision_command() -> None:
    """Holds the commands below."""


@decision_command.command("list", help=mark("Các quyết định trong phạm vi của người xem."))
@arguments.by()
@arguments.form()
def decisions(who: str, form: str) -> None:
    with installation.reading() as connection:
        actor = access.actor(connection, who, clock.now())
        page = recognition_view.decisions(connection, actor)
        found = list(page.rows)
        while page.following:
            page = recognition_view.decisions(connection, actor, page.following)
            found += page.rows
    if form == "json":
        console.as_json(
            [
                {
                    "id": d.id,
                    "issuer": d.issuer_name,
                    "type": d.type,
                    "number": d.number,
                    "symbol": d.symbol,
                    "dated": d.dated,
                    "signer": d.signer,
                    "period": d.period,
                    "models": d.models,
                    "more": d.more,
                }
                for d in found
            ]
        )
        return
    console.table(
        (_("Thứ tự"), _("Quyết định"), _("Ngày"), _("Cơ quan"), _("Loại"), _("Người ký"), _("Mô hình")),
        [
            (
                d.id,
                d.written,
                f"{d.dated:%d/%m/%Y}",
                d.issuer_name,
                _("công nhận") if d.type == "recognition" else _("thu hồi"),
                d.signer,
                _("hơn %(n)s", n=d.models) if d.more else d.models,
            )
            for d in found
        ],
        right=(0, 6),
    )


@decision_command.command("show", help=mark("Một quyết định với các mô hình, tiêu biểu và đề nghị khen thưởng."))
@_KEY
@arguments.by()
@arguments.form()
def show(key: int, who: str, form: str) -> None:
    _show(key, who, form)


@decision_command.command(
    "commend",
    help=mark(
        "Thay danh sách đề nghị khen thưởng của quyết định bằng các mô hình này; không nêu mã nào thì danh sách trống."
    ),
)
@_KEY
@click.argument("codes", nargs=-1, metavar=mark("MÃ…"))
@arguments.by()
@arguments.form()
def commend(key: int, codes: tuple[str, ...], who: str, form: str) -> None:
    with installation.writing() as connection:
        now = clock.now()
        before = commendation.selection(connection, access.actor(connection, who, now), key)
        outstanding = [one.code for one in before.models if one.outstanding]
        changed = commendation.choose(connection, who, now, key, outstanding, codes)
    console.message(
        _("Đề nghị khen thưởng %(count)s mô hình (%(changed)s thay đổi).", count=len(set(codes)), changed=changed)
    )
    _show(key, who, form)


def _show(key: int, who: str, form: str) -> None:
    with installation.reading() as connection:
        seen = commendation.selection(connection, access.actor(connection, who, clock.now()), key)
    if form == "json":
        console.as_json(
            {
                "id": seen.decision.id,
                "number": seen.decision.written,
                "dated": seen.decision.dated,
                "issuer": seen.decision.issuer_name,
                "signer": seen.decision.signer,
                "models": [_document(one) for one in seen.models],
            }
        )
        return
    console.table(
        (_("Mã"), _("Tên mô hình"), _("Đăng ký"), _("Điểm"), _("Tiêu biểu"), _("Khen thưởng")),
        [
            (
                one.code,
                one.name,
                one.registrant,
                "" if one.total is None else one.total,
                _("có") if one.outstanding else "",
                _("có") if one.commended else "",
            )
            for one in seen.models
        ],
        right=(3,),
    )


def _document(one: Chosen) -> dict[str, Any]:
    return {
        "code": one.code,
        "name": one.name,
        "registrant": one.registrant,
        "state": one.state,
        "score": one.total,
        "outstanding": one.outstanding,
        "commended": one.commended,
    }
