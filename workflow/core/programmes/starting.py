"""Starting a programme year and listing those there are. What a year runs on is read in `programme`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workflow.core import access, history
from workflow.core.access import Actor, Grant
from workflow.core.lifecycles import store
from workflow.core.lifecycles.terms import Definition
from workflow.core.programmes import stored
from workflow.core.programmes.defaults import standard_defaults
from workflow.core.programmes.events import YearStarted
from workflow.core.programmes.terms import ProgrammeDefaults
from workflow.ground.refusals import InvalidInput, NotAllowed
from workflow.ground.schema import emulation_model, programme_year
from workflow.ground.speech import _

STARTERS = frozenset({"admin", "staff"})


@dataclass(frozen=True, slots=True)
class YearView:
    """One programme year as a list shows it."""

    year: int
    name: str
    lifecycle: str
    definition_hash: str
    opens_on: date
    closes_on: date
    models: int
    sample: bool
    public: bool


def start_year(
    connection: Connection,
    who: int | str,
    now: datetime,
    year: int,
    *,
    definition: Definition | None = None,
    defaults: ProgrammeDefaults | None = None,
    opens_on: date | None = None,
    closes_on: date | None = None,
    sample: bool = False,
) -> int:
    """Start a programme year, as an administrator or staff of the topmost unit. Returns its id.

    definition: by default the lifecycle that holds when the year's registration opens (`config/programme.toml`).
    """
    actor = access.actor(connection, who, now)
    grant = root_grant(actor)
    values = defaults or standard_defaults()
    if not 2000 <= year <= 2100:
        raise InvalidInput({"year": _("Năm %(year)s không hợp lệ: cần từ 2000 đến 2100.", year=year)})
    chosen = definition or _usual(values, year)
    first, last = opens_on or values.window.opens(year), closes_on or values.window.closes(year)
    if last < first:
        raise InvalidInput({"closes_on": _("Ngày hết hạn đăng ký phải từ ngày mở đăng ký trở đi.")})
    year_id = stored.create_year(connection, now, year, values, chosen, opens_on=first, closes_on=last, sample=sample)
    by, started = history.acting(actor, grant), YearStarted(year, first, last)
    history.record(connection, by, now, year_id, started, definition_hash=chosen.hash)
    return year_id


def root_grant(actor: Actor) -> Grant:
    """The grant under which somebody may start or change a year, or NotAllowed."""
    # A year belongs to the whole tree: only a role at a root, whose path has one step, reaches that far.
    grant = next((g for g in actor.grants if g.role in STARTERS and g.unit_path.count("/") == 2), None)
    if grant is None:
        raise NotAllowed(
            _("Chỉ quản trị hoặc tổ giúp việc của đơn vị cao nhất được mở và sửa năm thi đua."), guard="role"
        )
    return grant


def listing(connection: Connection) -> list[YearView]:
    """Every programme year, the latest first, with the number of its models."""
    models = (
        sa.select(sa.func.count())
        .select_from(emulation_model)
        .where(emulation_model.c.year_id == programme_year.c.id)
        .scalar_subquery()
    )
    rows = connection.execute(sa.select(programme_year, models.label("models")).order_by(programme_year.c.year.desc()))
    return [
        YearView(
            row.year,
            row.name,
            store.definition(connection, row.definition_hash).title,
            row.definition_hash,
            row.opens_on,
            row.closes_on,
            row.models,
            row.sample,
            row.public,
        )
        for row in rows.all()
    ]


def _usual(defaults: ProgrammeDefaults, year: int) -> Definition:
    wanted = defaults.lifecycle_for(year)
    return next(definition for definition in store.shipped() if definition.id == wanted)


def latest(connection: Connection) -> int:
    """The latest programme year there is."""
    return int(connection.execute(sa.select(sa.func.max(programme_year.c.year))).scalar_one())
