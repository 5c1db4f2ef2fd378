"""`dvk record`: what is written down between transitions: the plan, the results, the inspection."""

from __future__ import annotations

import click

from web.cli import arguments, console, installation
from web.cli.shapes import Plan, Results
from web.serving import clock
from workflow.ground.speech import _, mark
from workflow.stages.implementation import commands as implementation
from workflow.stages.inspection import commands as inspection
from workflow.stages.inspection.commands import InspectionInput
from workflow.stages.registration.model_quantities import QuantityInput


@click.group("record", help=mark("Ghi kế hoạch, kết quả, biên bản kiểm tra của một mô hình."))
def record_command() -> None:
    """Holds the commands below."""


@record_command.command("plan", help=mark('Kế hoạch: {"start_date": "05/04/2024", "content": "…"}.'))
@click.argument("code", metavar=mark("MÃ"))
@arguments.data()
@arguments.version()
@arguments.by()
def plan(code: str, data_file: str, version: int | None, who: str) -> None:
    given = arguments.built(Plan, arguments.read_json(data_file))
    with installation.writing() as connection:
        new = implementation.save_plan(
            connection, who, clock.now(), code, given.start_date, given.content, version=version
        )
    console.message(_("Đã ghi kế hoạch của %(code)s (bản %(new)s).", code=code, new=new))


@record_command.command(
    "results",
    help=mark('Kết quả: {"results": [{"measure": "…", "value": "trên 350", "note": ""}], "summary": "…", …}.'),
)
@click.argument("code", metavar=mark("MÃ"))
@arguments.data()
@arguments.version()
@arguments.by()
def results(code: str, data_file: str, version: int | None, who: str) -> None:
    given = arguments.built(Results, arguments.read_json(data_file), lists={"results": QuantityInput})
    with installation.writing() as connection:
        warnings = implementation.save_results(
            connection,
            who,
            clock.now(),
            code,
            given.results,
            summary=given.summary,
            evidence_note=given.evidence_note,
            items=given.items,
            version=version,
        )
    for warning in warnings:
        console.message(_("Lưu ý: %(warning)s", warning=warning))
    console.message(_("Đã ghi kết quả của %(code)s.", code=code))


@record_command.command(
    "inspection",
    help=mark('Biên bản kiểm tra: {"kind": "appraisal", "held_on": "…", "members": […], "scores": {…}, …}.'),
)
@click.argument("code", metavar=mark("MÃ"))
@arguments.data()
@arguments.version()
@arguments.by()
def inspect(code: str, data_file: str, version: int | None, who: str) -> None:
    given = arguments.built(InspectionInput, arguments.read_json(data_file))
    with installation.writing() as connection:
        number = inspection.save_record(connection, who, clock.now(), code, given, version=version)
    console.message(_("Đã ghi biên bản kiểm tra %(number)s của %(code)s.", number=number, code=code))
