"""The province of a simulation: units, people, their roles and how they want to be told, all made by its administrator."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from random import Random
from typing import Final

from sqlalchemy.engine import Connection

from notifications.delivery import preferences
from notifications.delivery.preferences import Wish
from tests.simulation.ledger import Kind, Wishes
from tests.simulation.post import WRONG
from tests.simulation.reckoning import Reckoning
from tests.simulation.roster import Holding, Place, Roster
from workflow.core.lifecycles import store
from workflow.core.people import accounts, assignments, units
from workflow.core.programmes import starting, stored
from workflow.core.programmes.defaults import standard_defaults
from workflow.core.programmes.terms import DayOfYear, ObligationDefault, OwedBy, ProgrammeDefaults
from workflow.ground.database import Database
from workflow.ground.vietnam_time import local_date

VILLAGES_OF_A_COMMUNE: Final = 11
FEWEST_UNITS: Final = 6
_AT_ONCE: Final = 200
_FAMILY: Final = ("Lò", "Vi", "Lương", "Kha", "Hà", "Nguyễn", "Trần", "Phạm", "Hoàng", "Bùi", "Mai", "Đỗ")
_GIVEN: Final = ("Hin", "Cọ", "Lầu", "Sang", "Bình", "Giúp", "Việc", "Thay", "Chủ", "Thư", "Xét", "An", "Soát", "Hoa")
# Villages report to their commune twice a year: so everybody below the province owes something.
_OF_VILLAGES: Final = (
    ("village_spring", "Báo cáo thôn, tháng 4", DayOfYear(4, 25), DayOfYear(1, 1), DayOfYear(4, 30)),
    ("village_autumn", "Báo cáo thôn, tháng 8", DayOfYear(8, 29), DayOfYear(5, 1), DayOfYear(8, 31)),
)


@dataclass(slots=True)
class Province:
    """What the simulation knows of the people it plays. admin: user name; serial: of the last person."""

    database: Database
    reckoning: Reckoning
    chance: Random
    year: int
    admin: str
    root: int
    communes: list[int] = field(default_factory=list)
    villages: list[int] = field(default_factory=list)
    serial: int = 0

    @property
    def roster(self) -> Roster:
        """Units and people."""
        return self.reckoning.roster

    def code(self, unit: int) -> str:
        """The code of a unit."""
        return self.roster.places[unit].code

    def hire(self, connection: Connection, unit: int, now: datetime) -> int:
        """Somebody new with a home at a unit, and how they want to be told. Returns the account."""
        self.serial += 1
        name = f"nguoi{self.serial}"
        said = f"{self.chance.choice(_FAMILY)} {self.chance.choice(('Văn', 'Thị'))} {self.chance.choice(_GIVEN)}"
        account, _ = accounts.create_account(connection, self.admin, now, name, said, self.code(unit), sign_in=False)
        self.roster.names[account] = name
        self.wish(connection, account, now)
        return account

    def wish(self, connection: Connection, account: int, now: datetime) -> None:
        """Somebody chooses how they want to be told; most take what is usual, some have no address and some a wrong one."""
        chance, name = self.chance, self.roster.names[account]
        email = chance.choices((f"{name}@xa.example", "", f"{WRONG}.{name}@xa.example"), (88, 8, 4))[0]
        wish = Wish(
            email=email,
            by_email=chance.random() > 0.05,
            digest_hour=chance.choices((7, 6, 12, 17, 20, 22), (70, 6, 8, 8, 4, 4))[0],
            quiet_days=chance.choices(((), (6, 7), (7,), (1, 3, 5)), (80, 12, 5, 3))[0],
        )
        kept = preferences.save(connection, account, now, wish)
        self.reckoning.wishes[account] = Wishes(kept.email, kept.by_email, kept.digest_hour, kept.quiet_days)

    def give(
        self,
        connection: Connection,
        account: int,
        role: str,
        unit: int,
        now: datetime,
        *,
        last: date | None = None,
        principal: int | None = None,
        rank: str = "",
    ) -> None:
        """Give somebody a role from today on."""
        names = self.roster.names
        key = assignments.assign(
            connection,
            self.admin,
            now,
            names[account],
            role,
            self.code(unit),
            valid_to=last,
            deputy_for=None if principal is None else names[principal],
            rank=rank,
        )
        self.roster.add_holding(Holding(key, account, role, unit, local_date(now), last, principal, rank))


def defaults_of(year: int) -> ProgrammeDefaults:
    """The defaults of a year, and reports of villages to their communes."""
    usual = standard_defaults()
    owed_by = OwedBy(("village",), (), ("unit_officer",), "commune")
    of_villages = [
        ObligationDefault(code, "thematic", label, label, due, first, last, 16, owed_by)
        for code, label, due, first, last in _OF_VILLAGES
    ]
    return replace(usual, obligations=(*usual.obligations, *of_villages))


def found(database: Database, chance: Random, year: int, count: int, now: datetime) -> Province:
    """Make the province in an empty database: `count` units, with their people, and start the year."""
    defaults = defaults_of(year)
    with database.write() as connection:
        admin, _ = accounts.bootstrap_admin(
            connection, now, "quantri", "Hoàng Văn Quản", "T", unit_name="Tỉnh Mô Phỏng", unit_level="province"
        )
        root = int(units.by_code(connection, "T").id)
        starting.start_year(connection, admin, now, year, defaults=defaults)
        row = stored.year(connection, year)
        level = store.definition(connection, row.definition_hash).recognising_level
    reckoning = Reckoning(
        year,
        (row.opens_on, row.closes_on),
        {step.days: tuple(step.recipients) for step in defaults.reminder_steps},
        [
            Kind(
                one.code,
                one.due.in_year(year),
                one.opens_days,
                one.owed_by.called_by or level,
                "village" if "village" in one.owed_by.levels else "commune",
                tuple(one.owed_by.roles),
            )
            for one in defaults.obligations
        ],
    )
    province = Province(database, reckoning, chance, year, "quantri", root)
    province.roster.add_place(Place(root, "T", "province", None))
    province.roster.names[admin] = "quantri"
    with database.write() as connection:
        _lead(province, connection, now)
    many = max(2, round(count / (VILLAGES_OF_A_COMMUNE + 1)))
    for first in range(0, many, _AT_ONCE):
        with database.write() as connection:
            for number in range(first, min(first + _AT_ONCE, many)):
                _commune(province, connection, number, now)
    rest = count - 1 - many
    for first in range(0, rest, _AT_ONCE):
        with database.write() as connection:
            for number in range(first, min(first + _AT_ONCE, rest)):
                _village(province, connection, number, now)
    return province


def _lead(province: Province, connection: Connection, now: datetime) -> None:
    """Those at the top: staff, the head and two deputy heads, reviewers, inspectors; one of the staff has a deputy."""
    root = province.root
    staff = [province.hire(connection, root, now) for _ in range(2)]
    for account in staff:
        province.give(connection, account, "staff", root, now)
    province.give(connection, province.hire(connection, root, now), "staff", root, now, principal=staff[0])
    for rank in ("head", "deputy_head", "deputy_head"):
        province.give(connection, province.hire(connection, root, now), "leader", root, now, rank=rank)
    for role in ("province_reviewer", "province_reviewer", "inspector", "inspector"):
        province.give(connection, province.hire(connection, root, now), role, root, now)


def _make(
    province: Province, connection: Connection, code: str, name: str, level: str, parent: int, now: datetime
) -> int:
    unit = units.create_unit(
        connection, province.admin, now, code, name, level, "administrative", province.code(parent)
    )
    province.roster.add_place(Place(unit, code, level, parent))
    return unit


def _commune(province: Province, connection: Connection, number: int, now: datetime) -> None:
    chance = province.chance
    unit = _make(province, connection, f"X{number:04}", f"Xã số {number}", "commune", province.root, now)
    province.communes.append(unit)
    roles: list[tuple[str, str]] = [("commune_reviewer", "")]
    roles += [("unit_officer", "")] * (chance.random() < 0.5)
    roles += [("staff", "")] * (chance.random() < 0.4)
    roles += [("leader", chance.choice(("", "head", "deputy_head")))] * (chance.random() < 0.6)
    for role, rank in roles:
        province.give(connection, province.hire(connection, unit, now), role, unit, now, rank=rank)


def _village(province: Province, connection: Connection, number: int, now: datetime) -> None:
    chance = province.chance
    # In turn, so that no commune is left without a village.
    commune = province.communes[number % len(province.communes)]
    unit = _make(province, connection, f"T{number:05}", f"Thôn số {number}", "village", commune, now)
    province.villages.append(unit)
    if chance.random() < 0.93:
        officer = province.hire(connection, unit, now)
        province.give(connection, officer, "unit_officer", unit, now)
        if chance.random() < 0.1:
            province.give(
                connection, province.hire(connection, unit, now), "unit_officer", unit, now, principal=officer
            )
    if chance.random() < 0.2:
        province.give(connection, province.hire(connection, unit, now), "leader", unit, now)
