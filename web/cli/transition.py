"""`dvk transition` and `dvk transition-many`: the one door, for one model or for many."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import click

from web.cli import arguments, console, installation
from web.serving import clock
from workflow.core.engine import transition
from workflow.core.engine.transition import Applied, Outcome
from workflow.ground.refusals import InvalidInput
from workflow.ground.speech import _, mark

MOST_CODES = 100_000


def _facts(pairs: tuple[str, ...], data_file: str | None) -> dict[str, Any]:
    stated = arguments.read_json(data_file) if data_file else {}
    return {**stated, **arguments.pairs(pairs, "--set")}


@click.command(help=mark("Chuyển bước một mô hình, ví dụ: dvk transition DVK-2024-00001 accept --as canbo"))
@click.argument("code", metavar=mark("MÃ"))
@click.argument("trigger", metavar=mark("BƯỚC"))
@click.option(
    "--set", "pairs", multiple=True, metavar=mark("TÊN=GIÁ_TRỊ"), help=mark("Một thông tin của bước; nêu nhiều lần.")
)
@arguments.data(required=False)
@arguments.version()
@arguments.by()
@arguments.form("text", "json")
def transition_command(
    code: str, trigger: str, pairs: tuple[str, ...], data_file: str | None, version: int | None, who: str, form: str
) -> None:
    stated = _facts(pairs, data_file)
    with installation.writing() as connection:
        applied = transition.apply(connection, who, clock.now(), code, trigger, stated=stated, version=version)
    for warning in applied.warnings:
        console.message(_("Lưu ý: %(warning)s", warning=warning))
    if form == "json":
        console.as_json(_document(applied))
    else:
        console.result(_line(applied))


@click.command(help=mark("Chuyển cùng một bước cho nhiều mô hình: MÃ… hoặc - để đọc mã từ stdin, mỗi dòng một mã."))
@click.argument("trigger", metavar=mark("BƯỚC"))
@click.argument("codes", nargs=-1, required=True, metavar=mark("MÃ…"))
@click.option(
    "--set", "pairs", multiple=True, metavar=mark("TÊN=GIÁ_TRỊ"), help=mark("Một thông tin của bước; nêu nhiều lần.")
)
@arguments.data(required=False)
@arguments.by()
@arguments.form("text", "json")
def transition_many_command(
    trigger: str, codes: tuple[str, ...], pairs: tuple[str, ...], data_file: str | None, who: str, form: str
) -> int:
    if "-" in codes and data_file == "-":
        raise click.UsageError(_("stdin chỉ dùng được một lần: cho danh sách mã hoặc cho --data."))
    stated = _facts(pairs, data_file)
    wanted = [code for given in codes for code in (_from_stdin() if given == "-" else [given])]
    if not wanted:
        raise InvalidInput({"codes": _("Không có mã mô hình nào. Mỗi dòng ghi một mã.")})
    if len(wanted) > MOST_CODES:
        raise InvalidInput(
            {
                "codes": _(
                    "Có %(count)s mã, tối đa %(most_codes)s. Hãy chia nhỏ.", count=len(wanted), most_codes=MOST_CODES
                )
            }
        )
    with installation.writing() as connection:
        outcomes = transition.apply_many(connection, who, clock.now(), wanted, trigger, stated=stated)
    refused = sum(outcome.refusal is not None for outcome in outcomes)
    if form == "json":
        console.as_json([_outcome(outcome) for outcome in outcomes])
    else:
        for outcome in outcomes:
            if outcome.applied is not None:
                console.result(_line(outcome.applied))
                for warning in outcome.applied.warnings:
                    console.message(f"{outcome.code}: {warning}")
            elif outcome.refusal is not None:
                console.result(
                    _("%(code)s: bị từ chối. %(message)s", code=outcome.code, message=outcome.refusal.message)
                )
    console.message(
        _("Đã chuyển %(count)s mô hình, từ chối %(refused)s.", count=len(outcomes) - refused, refused=refused)
    )
    return 1 if refused else 0


def _from_stdin() -> list[str]:
    return [
        line.strip() for line in sys.stdin.buffer.read().decode("utf-8-sig", "replace").splitlines() if line.strip()
    ]


def _line(applied: Applied) -> str:
    return _(
        "%(code)s: %(from_state)s → %(to_state)s (bản %(version)s)",
        code=applied.code,
        from_state=applied.from_state,
        to_state=applied.to_state,
        version=applied.version,
    )


def _document(applied: Applied) -> dict[str, Any]:
    return {
        "code": applied.code,
        "trigger": applied.trigger,
        "from": applied.from_state,
        "to": applied.to_state,
        "version": applied.version,
        "warnings": list(applied.warnings),
    }


def _outcome(outcome: Outcome) -> Mapping[str, Any]:
    if outcome.applied is not None:
        return {"code": outcome.code, "done": True, "result": _document(outcome.applied), "reasons": []}
    reasons = outcome.refusal.reasons if outcome.refusal is not None else ()
    return {
        "code": outcome.code,
        "done": False,
        "result": None,
        "reasons": [{"code": r.code, "guard": r.guard, "message": r.message} for r in reasons],
    }
