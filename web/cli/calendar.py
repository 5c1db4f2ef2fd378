"""`dvk calendar`: somebody's dates as a calendar file."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from config.settings import load_settings
from web.cli import arguments, console, installation
from web.serving import clock
from workflow.ground.speech import _, mark


@click.command("calendar", help=mark("Ghi các hạn của một người ra tệp lịch (ics); - là stdout."))
@arguments.by()
@click.option(
    "--scope",
    type=click.Choice(("mine", "unit", "all")),
    default="mine",
    show_default=True,
    help=mark("Việc của người này, của đơn vị người này, hay mọi hạn người này theo dõi."),
)
@click.argument("file", metavar=mark("TỆP.ics"), type=click.Path(dir_okay=False, allow_dash=True))
def calendar_command(who: str, scope: str, file: str) -> None:
    from notifications.calendar import dates, ics
    from workflow.core import access

    settings, now = load_settings(), clock.now()
    with installation.reading(settings) as connection:
        wanted = next(one for one in dates.SCOPES if one == scope)
        content = ics.feed(
            connection,
            access.actor(connection, who, now),
            now,
            wanted,
            site=settings.site,
            domain=settings.message_domain,
        )
    if file == "-":
        sys.stdout.buffer.write(content)
        return
    Path(file).write_bytes(content)
    console.message(_("Đã ghi %(file)s.", file=file))
